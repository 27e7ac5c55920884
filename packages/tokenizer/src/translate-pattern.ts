import { UnsupportedError } from '@llamella/spec';
import { foldedRange, literal, wordClass } from './pattern-class.ts';
import { PatternCursor } from './pattern-cursor.ts';
import { translateClass } from './translate-class.ts';

const anchors: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: String.raw`(?=\n?$)`,
  b: `(?:(?<=${wordClass})(?!${wordClass})|(?<!${wordClass})(?=${wordClass}))`,
  B: `(?:(?<=${wordClass})(?=${wordClass})|(?<!${wordClass})(?!${wordClass}))`,
};

/** Pairs of letters that Unicode also writes as one character, which matches both when case does not count. */
const ligatures = /ss|ff|fi|fl|st/;

/**
 * Translates a pattern of tokenizer.json, which is in Oniguruma's Ruby syntax, into an equivalent JavaScript
 * expression with flags `gv`. They differ in what `\s`, `\w`, `\d`, `\h`, `^` and `$` mean, in case folding, and in
 * possessive quantifiers and atomic groups, which become a lookahead and a reference to what it matched.
 *
 * Source: https://github.com/kkos/oniguruma/blob/master/doc/RE
 *
 * @throws {UnsupportedError} naming a construct that has no equivalent here
 */
export function translatePattern(pattern: string): RegExp {
  const source = new PatternTranslator(pattern).translate();
  try {
    return new RegExp(source, 'gv');
  } catch (cause) {
    throw new UnsupportedError(`the pattern ${pattern}`, 'it cannot be expressed in JavaScript', { cause });
  }
}

interface Flags {
  readonly fold: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

class PatternTranslator {
  readonly #cursor: PatternCursor;
  #flags: Flags = { fold: false, dotAll: false, extended: false };
  #atomicGroups = 0;
  /** The ASCII letter just before, when case does not count. */
  #lastFolded = '';

  constructor(pattern: string) {
    this.#cursor = new PatternCursor(pattern);
  }

  translate(): string {
    const source = this.#alternatives();
    if (!this.#cursor.ended) this.#cursor.unsupported(')');
    return source;
  }

  /** Everything up to the end of the group. Flags set inside end with it. */
  #alternatives(): string {
    const flags = this.#flags;
    let source = '';
    while (!this.#cursor.ended && this.#cursor.peek !== ')') {
      if (this.#cursor.take('|')) {
        this.#lastFolded = '';
        source += '|';
      } else {
        const atom = this.#atom();
        if (atom !== '') source += this.#quantified(atom);
      }
    }
    this.#flags = flags;
    return source;
  }

  #atom(): string {
    const cursor = this.#cursor;
    if (this.#flags.extended && cursor.match(/\s+|#[^\n]*/y)) return '';
    const before = this.#lastFolded;
    this.#lastFolded = '';
    if (cursor.take('(')) return this.#group();
    if (cursor.take('[')) return translateClass(cursor, this.#flags.fold);
    if (cursor.take('.')) return this.#flags.dotAll ? '[^]' : String.raw`[^\n]`;
    if (cursor.take('^')) return String.raw`(?:^|(?<=\n)(?!$))`;
    if (cursor.take('$')) return String.raw`(?=\n|$)`;
    if (!cursor.take('\\')) return this.#character(cursor.character(), before);
    const anchor = anchors[cursor.peek];
    if (anchor) cursor.at++;
    return (
      anchor ?? cursor.escapedSet(this.#flags.fold) ?? this.#character(cursor.escapedCharacter(), before)
    );
  }

  #character(code: number, before: string): string {
    const extra = this.#flags.fold ? foldedRange(code, code) : '';
    if (extra === '') return literal(code);
    this.#lastFolded = String.fromCodePoint(code).toLowerCase();
    const pair = before + this.#lastFolded;
    if (ligatures.test(pair)) this.#cursor.unsupported(`ignoring the case of "${pair}"`);
    return `[${literal(code)}${extra}]`;
  }

  /** After `(`. */
  #group(): string {
    const cursor = this.#cursor;
    if (cursor.match(/\?#[^)]*\)/y)) return '';
    const options = cursor.match(/\?([imx]*)(?:-([imx]*))?([:)])/y);
    if (options) {
      const flags = this.#flags;
      this.#set(options[1]!, true);
      this.#set(options[2] ?? '', false);
      // Without a colon the options hold to the end of the group around them, its alternatives included.
      const source = options[3] === ':' ? this.#closed() : this.#alternatives();
      this.#flags = flags;
      return `(?:${source})`;
    }
    if (cursor.take('?>')) return this.#atomic(this.#closed());
    const look = cursor.match(/\?<?[=!]/y);
    if (look) return `(${look[0]}${this.#closed()})`;
    if (!cursor.match(/\?<\w+>/y) && cursor.peek === '?') cursor.unsupported('this kind of group');
    return `(?:${this.#closed()})`;
  }

  #set(letters: string, on: boolean): void {
    const { fold, dotAll, extended } = this.#flags;
    this.#flags = {
      fold: letters.includes('i') ? on : fold,
      dotAll: letters.includes('m') ? on : dotAll,
      extended: letters.includes('x') ? on : extended,
    };
  }

  #closed(): string {
    const source = this.#alternatives();
    if (!this.#cursor.take(')')) this.#cursor.unsupported('a group without an end');
    this.#lastFolded = '';
    return source;
  }

  #atomic(source: string): string {
    const name = `atomic${this.#atomicGroups++}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #quantified(atom: string): string {
    const cursor = this.#cursor;
    for (;;) {
      const simple = cursor.match(/[?*+]/y)?.[0];
      const interval = simple ? null : cursor.match(/\{(?=,?\d)(\d*)(,?)(\d*)\}/y);
      if (!simple && !interval) return atom;
      this.#lastFolded = '';
      const quantified = `(?:${atom})${simple ?? `{${interval![1] || 0}${interval![2]}${interval![3]}}`}`;
      if (simple && cursor.take('+')) atom = this.#atomic(quantified);
      else if (!cursor.take('?')) atom = quantified;
      else atom = interval && interval[2] === '' ? `(?:${quantified})?` : `${quantified}?`;
    }
  }
}
