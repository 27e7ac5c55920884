const DEEPEST = 100;
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
  ['none', null],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  0: '\0',
  '\n': '',
  '"': '"',
  "'": "'",
  '\\': '\\',
};
const NUMBER = /^[-+]?(?:0[xX][\da-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)$/;
/** A string up to its end, a number, a name or one character. */
const TOKEN =
  /"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|[-+]?\.?\d(?:[eE][-+]|[\w.])*|[A-Za-z_][\w.-]*|\S/g;

/** A call written as Python: `name(key=value, …)`, with literals for values. @returns `undefined` for what is none */
export const parsePythonCall = (
  text: string,
): { name: string; values: Record<string, unknown> } | undefined =>
  parse(text, true) as { name: string; values: Record<string, unknown> } | undefined;

/** A Python literal, such as `True` or `{'a': [1]}`. @returns `undefined` for what is none */
export const parsePythonLiteral = (text: string): { value: unknown } | undefined =>
  parse(text, false) as { value: unknown } | undefined;

function parse(text: string, isCall: boolean): unknown {
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    // A quote alone: the string has no end, and looking for it again would take time with the square of the length.
    if (token === '"' || token === "'") return undefined;
    tokens.push(token);
  }
  let index = 0;
  const next = (): string => tokens[index++] ?? '';
  const expect = (matches: boolean): void => {
    if (!matches) throw new SyntaxError();
  };
  const readItems = (close: string, readItem: () => void): boolean => {
    let hadComma = false;
    while (tokens[index] !== close) {
      readItem();
      hadComma = tokens[index] === ',';
      if (hadComma) index++;
      else expect(tokens[index] === close);
    }
    index++;
    return hadComma;
  };
  const readValue = (depth: number): unknown => {
    expect(depth <= DEEPEST);
    const token = next();
    if (token === '[' || token === '(') {
      const items: unknown[] = [];
      const hadComma = readItems(token === '(' ? ')' : ']', () => items.push(readValue(depth + 1)));
      return token === '(' && items.length === 1 && !hadComma ? items[0] : items;
    }
    if (token === '{') {
      const entries: [string, unknown][] = [];
      readItems('}', () => {
        const key = readValue(depth + 1);
        expect(next() === ':' && (typeof key !== 'object' || key === null));
        entries.push([String(key), readValue(depth + 1)]);
      });
      return Object.fromEntries(entries);
    }
    if (/^["']/.test(token)) {
      let string = unquote(token);
      while (/^["']/.test(tokens[index] ?? '')) string += unquote(next());
      return string;
    }
    if (NUMBER.test(token)) {
      const number = Number(token.replace(/^[-+]|_/g, ''));
      // JSON has no infinity.
      expect(Number.isFinite(number));
      return token.startsWith('-') ? -number : number;
    }
    expect(CONSTANTS.has(token));
    return CONSTANTS.get(token);
  };
  const readName = (): string => {
    const name = next();
    expect(/^[A-Za-z_]/.test(name));
    return name;
  };
  const readCall = (): unknown => {
    const name = readName();
    const entries: [string, unknown][] = [];
    expect(next() === '(');
    readItems(')', () => {
      const key = readName();
      expect(next() === '=');
      entries.push([key, readValue(0)]);
    });
    return { name, values: Object.fromEntries(entries) };
  };
  try {
    const result = isCall ? readCall() : { value: readValue(0) };
    return index === tokens.length ? result : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function unquote(token: string): string {
  const marks = /^("""|'''|["'])/.exec(token)![0].length;
  return token
    .slice(marks, -marks)
    .replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([\s\S]))/g, (whole, hex2, hex4, other: string) => {
      const hex = (hex2 ?? hex4) as string | undefined;
      return hex === undefined ? (ESCAPES[other] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16));
    });
}
