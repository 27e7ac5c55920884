// Classes of characters that pre-tokenizers tell apart, one bit each, and their unions.

/** Unicode categories Lu and Lt. */
export const upper = 1;
/** Unicode category Ll. */
export const lower = 2;
/** Unicode categories Lm and Lo. */
export const caseless = 4;
/** Unicode category L. */
export const letter = 7;
/** Unicode category M. */
export const mark = 8;
/** Unicode category N. */
export const number = 16;
/** Carriage return and line feed. */
export const newline = 32;
/** Unicode property White_Space. It has other members than JavaScript's `\s`. */
export const space = newline | 64;
/** Neither letter nor number nor space. */
export const other = mark | 128;

/** Filled in on first use of a character; 0 is unknown. */
const classes = new Uint8Array(0x110000);

const patterns: readonly (readonly [RegExp, number])[] = [
  [/\p{Ll}/u, lower],
  [/[\p{Lu}\p{Lt}]/u, upper],
  [/\p{L}/u, caseless],
  [/\p{N}/u, number],
  [/[\r\n]/, newline],
  [/\p{White_Space}/u, 64],
  [/\p{M}/u, mark],
];

/** @returns the bit of the class of a code point. */
export function classOf(code: number): number {
  return classes[code]! || classify(code);
}

/** @returns the end of the run of characters of the `wanted` classes that starts at `start`, at most `end`. */
export function endOfRun(text: string, start: number, end: number, wanted: number): number {
  let i = start;
  while (i < end) {
    let code = text.charCodeAt(i);
    let next = i + 1;
    if ((code & 0xfc00) === 0xd800) {
      code = text.codePointAt(i)!;
      next = code > 0xffff ? i + 2 : next;
    }
    if (!((classes[code]! || classify(code)) & wanted)) break;
    i = next;
  }
  return i;
}

/** @returns the bit of the class of the character at `i`, or 0 when `i` is not before `end`. */
export function classAt(text: string, i: number, end: number): number {
  return i < end ? classOf(text.codePointAt(i)!) : 0;
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  const found = patterns.find(([pattern]) => pattern.test(character));
  return (classes[code] = found ? found[1] : 128);
}
