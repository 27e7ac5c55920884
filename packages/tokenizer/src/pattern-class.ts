import { UnsupportedError } from '@llamella/spec';

export const wordClass = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;

/** Classes that Oniguruma knows as `[:name:]` and `\p{name}` and JavaScript does not, or not so. */
const posixClasses: Readonly<Record<string, string>> = {
  alnum: String.raw`[\p{Alphabetic}\p{Nd}]`,
  alpha: String.raw`\p{Alphabetic}`,
  ascii: String.raw`\p{ASCII}`,
  blank: String.raw`[\p{Zs}\t]`,
  cntrl: String.raw`\p{Cc}`,
  digit: String.raw`\p{Nd}`,
  lower: String.raw`\p{Lowercase}`,
  punct: String.raw`[\p{P}\p{S}]`,
  space: String.raw`\p{White_Space}`,
  upper: String.raw`\p{Uppercase}`,
  word: wordClass,
  xdigit: '[0-9A-Fa-f]',
};

/**
 * JavaScript's way of writing the class `\p{name}`, or `[:name:]` when `bracketed`.
 *
 * @throws {UnsupportedError} when there is none
 */
export function namedClass(name: string, negated: boolean, bracketed = false): string {
  const plain = name.toLowerCase();
  const posix = plain === 'punct' && !bracketed ? String.raw`\p{P}` : posixClasses[plain];
  if (posix) return negated ? `[^${posix}]` : posix;
  for (const property of [name, `Script=${name}`]) {
    const source = `\\${negated ? 'P' : 'p'}{${property}}`;
    try {
      new RegExp(source, 'v');
      return source;
    } catch {
      // Not a property of that form.
    }
  }
  throw new UnsupportedError(
    `character property \\p{${name}}`,
    'the pattern of this tokenizer cannot be used',
  );
}

const escapes: Readonly<Record<string, string>> = { d: 'digit', s: 'space', w: 'word', h: 'xdigit' };

/** The class that an escape such as `\s` stands for, or with a capital its complement. */
export function escapedClass(letter: string): string | undefined {
  const small = letter.toLowerCase();
  const name = escapes[small];
  return name && namedClass(name, letter !== small, true);
}

/** A code point written so that it is literal anywhere in a JavaScript pattern. */
export function literal(code: number): string {
  return /[A-Za-z0-9]/.test(String.fromCodePoint(code))
    ? String.fromCodePoint(code)
    : `\\u{${code.toString(16)}}`;
}

/** What a range of characters matches beside itself when case does not count. @throws {UnsupportedError} */
export function foldedRange(first: number, last: number): string {
  let extra = '';
  for (let code = first; code <= last; code++) {
    const character = String.fromCodePoint(code);
    if (character.toLowerCase() === character.toUpperCase()) continue;
    if (code > 127) {
      throw new UnsupportedError(`ignoring the case of ${character}`, 'only ASCII letters can be folded');
    }
    extra += character.toLowerCase() === character ? character.toUpperCase() : character.toLowerCase();
    if ('sS'.includes(character)) extra += '\u017f';
    if ('kK'.includes(character)) extra += '\u212a';
  }
  return extra;
}
