import { UnsupportedError } from '@llamella/spec';
import { escapedClass, namedClass } from './pattern-class.ts';

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27, b: 8 };

/** A place in a pattern, and what is read the same way inside and outside of character classes. */
export class PatternCursor {
  readonly pattern: string;
  at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get ended(): boolean {
    return this.at >= this.pattern.length;
  }

  get peek(): string {
    return this.pattern[this.at] ?? '';
  }

  take(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** @param expression with flag `y` */
  match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    const found = expression.exec(this.pattern);
    if (found) this.at += found[0].length;
    return found;
  }

  /** Takes one character. */
  character(): number {
    const code = this.pattern.codePointAt(this.at);
    if (code === undefined) this.unsupported('an unfinished construct');
    this.at += code! > 0xffff ? 2 : 1;
    return code!;
  }

  /** Takes, after a backslash, a set such as `\s` or `\p{L}`. @param fold when case does not count */
  escapedSet(fold: boolean): string | undefined {
    const known = escapedClass(this.peek);
    if (known) this.at++;
    const property = known ? null : this.match(/([pP])\{(\^?)([\w \-=]+)\}/y);
    if (!property) return known;
    if (fold && /^(l[ult]|lower|upper)/i.test(property[3]!))
      this.unsupported('ignoring the case of a property');
    return namedClass(property[3]!, (property[1] === 'P') !== (property[2] === '^'));
  }

  /** Takes, after a backslash, what stands for one character. */
  escapedCharacter(): number {
    const hex = this.match(
      /x\{([0-9A-Fa-f]{1,6})\}|x([0-7][0-9A-Fa-f]|[0-9A-Fa-f](?![0-9A-Fa-f]))|u([0-9A-Fa-f]{4})/y,
    );
    if (hex) return Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16);
    const octal = this.match(/0[0-7]{0,2}/y);
    if (octal) return Number.parseInt(octal[0], 8);
    const control = controls[this.peek];
    if (control === undefined && /[A-Za-z0-9]/.test(this.peek)) this.unsupported(`\\${this.peek}`);
    const code = this.character();
    return control ?? code;
  }

  unsupported(construct: string): never {
    throw new UnsupportedError(
      `${construct} at ${this.at} of the pattern ${this.pattern}`,
      'the tokenizer cannot be used',
    );
  }
}
