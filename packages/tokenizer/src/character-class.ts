/** Classes of characters that the pre-tokenizers of GPT-2 and Llama 3 tell apart. */
export const CharacterClass = {
  /** Unicode category L. */
  letter: 1,
  /** Unicode category N. */
  number: 2,
  /** Unicode property White_Space. It has other members than JavaScript's `\s`. */
  space: 3,
  other: 4,
} as const;

/** Filled in on first use of a character; 0 is unknown. */
const classes = new Uint8Array(0x110000);

/** @returns the class of a code point. */
export function classOf(code: number): number {
  return classes[code]! || classify(code);
}

/** @returns the end of the run of characters of one class that starts at `start`, at most `end`. */
export function endOfRun(text: string, start: number, end: number, wanted: number): number {
  let i = start;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code < 0xd800 || code > 0xdbff) {
      if (classOf(code) !== wanted) break;
      i++;
    } else {
      if (classOf(text.codePointAt(i)!) !== wanted) break;
      i += 2;
    }
  }
  return i;
}

/** @returns the class of the character at `i`, or 0 when `i` is not before `end`. */
export function classAt(text: string, i: number, end: number): number {
  return i < end ? classOf(text.codePointAt(i)!) : 0;
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  if (/\p{L}/u.test(character)) classes[code] = CharacterClass.letter;
  else if (/\p{N}/u.test(character)) classes[code] = CharacterClass.number;
  else if (/\p{White_Space}/u.test(character)) classes[code] = CharacterClass.space;
  else classes[code] = CharacterClass.other;
  return classes[code]!;
}
