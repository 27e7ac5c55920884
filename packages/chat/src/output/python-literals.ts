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
};

/** A call written as Python: `name(key=value, …)`, with literals for values. @returns `undefined` for what is none */
export function parsePythonCall(text: string): { name: string; values: Record<string, unknown> } | undefined {
  const reader = new LiteralReader(text);
  try {
    return reader.readCall();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A Python literal, such as `True` or `{'a': [1]}`. @returns `undefined` for what is none */
export function parsePythonLiteral(text: string): { value: unknown } | undefined {
  const reader = new LiteralReader(text);
  try {
    return { value: reader.readAll() };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class LiteralReader {
  private readonly text: string;
  private position = 0;
  constructor(text: string) {
    this.text = text;
  }

  readAll(): unknown {
    const value = this.readValue(0);
    this.expectEnd();
    return value;
  }

  readCall(): { name: string; values: Record<string, unknown> } {
    const name = this.match(/\s*([A-Za-z_][\w.-]*)\s*\(/y)[1]!;
    const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    this.readItems(')', () => {
      const key = this.match(/\s*([A-Za-z_]\w*)\s*=/y)[1]!;
      values[key] = this.readValue(0);
    });
    this.expectEnd();
    return { name, values: { ...values } };
  }

  private expectEnd(): void {
    if (this.text.slice(this.position).trim() !== '') throw new SyntaxError();
  }

  private match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) throw new SyntaxError();
    this.position = pattern.lastIndex;
    return match;
  }

  private skip(character: string): boolean {
    this.match(/\s*/y);
    const found = this.text.startsWith(character, this.position);
    if (found) this.position += character.length;
    return found;
  }

  private readItems(close: string, readItem: () => void): boolean {
    let hadComma = false;
    while (!this.skip(close)) {
      readItem();
      hadComma = this.skip(',');
      if (hadComma) continue;
      if (!this.skip(close)) throw new SyntaxError();
      break;
    }
    return hadComma;
  }

  private readValue(depth: number): unknown {
    if (depth > DEEPEST) throw new SyntaxError();
    if (this.skip('[') || this.skip('(')) {
      const isTuple = this.text[this.position - 1] === '(';
      const items: unknown[] = [];
      const hadComma = this.readItems(isTuple ? ')' : ']', () => items.push(this.readValue(depth + 1)));
      return isTuple && items.length === 1 && !hadComma ? items[0] : items;
    }
    if (this.skip('{')) {
      const entries: [string, unknown][] = [];
      this.readItems('}', () => {
        const key = this.readValue(depth + 1);
        if (!this.skip(':') || (typeof key === 'object' && key !== null)) throw new SyntaxError();
        entries.push([String(key), this.readValue(depth + 1)]);
      });
      return Object.fromEntries(entries);
    }
    const mark = /["']/.exec(this.text[this.position] ?? '')?.[0];
    if (mark) return this.readStrings();
    const number = /[-+]?(?:0[xX][\da-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\w)/y;
    number.lastIndex = this.position;
    const found = number.exec(this.text)?.[0];
    if (found !== undefined) {
      this.position = number.lastIndex;
      const digits = found.replaceAll('_', '').replace(/^\+/, '');
      return digits.startsWith('-0x') ? -Number(digits.slice(1)) : Number(digits);
    }
    const word = this.match(/[A-Za-z]+/y)[0];
    if (!Object.hasOwn(CONSTANTS, word)) throw new SyntaxError();
    return CONSTANTS[word];
  }

  /** One string, or several side by side. */
  private readStrings(): string {
    let text = '';
    do {
      const three = this.text.slice(this.position, this.position + 3);
      const mark = three === '"""' || three === "'''" ? three : three[0]!;
      this.position += mark.length;
      text += this.readString(mark);
      this.match(/\s*/y);
    } while (/["']/.test(this.text[this.position] ?? ''));
    return text;
  }

  private readString(mark: string): string {
    const parts: string[] = [];
    for (;;) {
      const start = this.position;
      while (
        this.position < this.text.length &&
        this.text[this.position] !== '\\' &&
        !this.text.startsWith(mark, this.position)
      )
        this.position++;
      parts.push(this.text.slice(start, this.position));
      if (this.position >= this.text.length) throw new SyntaxError();
      if (this.text[this.position] !== '\\') break;
      const [whole, hex2, hex4, other = ''] = this.match(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([\s\S]))/y);
      const hex = hex2 ?? hex4;
      if (hex !== undefined) parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
      else parts.push(ESCAPES[other] ?? ('\\"\''.includes(other) ? other : whole));
    }
    this.position += mark.length;
    return parts.join('');
  }
}
