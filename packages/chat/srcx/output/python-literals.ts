const DEEPEST = 100;
const CONSTANTS: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
  none: null,
};
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
export function parsePythonCall(text: string): { name: string; values: Record<string, unknown> } | undefined {
  return parse(text, (read) => {
    const name = read.name();
    if (read.token() !== '(') throw new SyntaxError();
    const entries: [string, unknown][] = [];
    read.items(')', () => {
      const key = read.name();
      if (read.token() !== '=') throw new SyntaxError();
      entries.push([key, read.value(0)]);
    });
    return { name, values: Object.fromEntries(entries) };
  });
}

/** A Python literal, such as `True` or `{'a': [1]}`. @returns `undefined` for what is none */
export function parsePythonLiteral(text: string): { value: unknown } | undefined {
  return parse(text, (read) => ({ value: read.value(0) }));
}

interface Read {
  token(): string;
  name(): string;
  items(close: string, readItem: () => void): boolean;
  value(depth: number): unknown;
}

function parse<Result>(text: string, readAll: (read: Read) => Result): Result | undefined {
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    // A quote alone: the string has no end, and looking for it again would take time with the square of the length.
    if (token === '"' || token === "'") return undefined;
    tokens.push(token);
  }
  let index = 0;
  const read: Read = {
    token: () => tokens[index++] ?? '',
    name: () => {
      const name = read.token();
      if (!/^[A-Za-z_]/.test(name)) throw new SyntaxError();
      return name;
    },
    items: (close, readItem) => {
      let hadComma = false;
      while (tokens[index] !== close) {
        readItem();
        hadComma = tokens[index] === ',';
        if (hadComma) index++;
        else if (tokens[index] !== close) throw new SyntaxError();
      }
      index++;
      return hadComma;
    },
    value: (depth) => {
      if (depth > DEEPEST) throw new SyntaxError();
      const token = read.token();
      if (token === '[' || token === '(') {
        const items: unknown[] = [];
        const hadComma = read.items(token === '(' ? ')' : ']', () => items.push(read.value(depth + 1)));
        return token === '(' && items.length === 1 && !hadComma ? items[0] : items;
      }
      if (token === '{') {
        const entries: [string, unknown][] = [];
        read.items('}', () => {
          const key = read.value(depth + 1);
          if (read.token() !== ':' || (typeof key === 'object' && key !== null)) throw new SyntaxError();
          entries.push([String(key), read.value(depth + 1)]);
        });
        return Object.fromEntries(entries);
      }
      if (/^["']/.test(token)) {
        let string = unquote(token);
        while (/^["']/.test(tokens[index] ?? '')) string += unquote(read.token());
        return string;
      }
      if (NUMBER.test(token)) {
        const digits = token.replaceAll('_', '');
        return /^-0x/i.test(digits) ? -Number(digits.slice(1)) : Number(digits.replace(/^\+/, ''));
      }
      if (!Object.hasOwn(CONSTANTS, token)) throw new SyntaxError();
      return CONSTANTS[token];
    },
  };
  try {
    const result = readAll(read);
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
