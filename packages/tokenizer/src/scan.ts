import { classAt, endOfRun, number, space } from './character-class.ts';

/** Finds the end of the piece that starts at `start`; pieces follow one another without gaps. */
export type Scanner = (text: string, start: number, end: number) => number;

/**
 * `\s+(?!\S)|\s+`: a run of white space, less its last character when text follows, which that text may take in.
 */
export function endOfSpace(text: string, start: number, end: number): number {
  const stop = endOfRun(text, start, end, space);
  return stop < end && stop - start > 1 ? stop - 1 : stop;
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+`: as `endOfSpace`, but a run with line ends goes up to the last of them. */
export function endOfLines(text: string, start: number, end: number): number {
  let stop = endOfRun(text, start, end, space);
  while (stop > start && !isNewline(text.charCodeAt(stop - 1))) stop--;
  return stop > start ? stop : endOfSpace(text, start, end);
}

/** `\p{N}{1,3}`, or another `limit` than 3. */
export function endOfNumber(text: string, start: number, end: number, limit = 3): number {
  let i = start;
  for (let count = 0; count < limit && classAt(text, i, end) === number; count++) i = afterCharacter(text, i);
  return i;
}

export function isNewline(unit: number): boolean {
  return unit === 10 || unit === 13;
}

/** @returns the end of the character at `i`. */
export function afterCharacter(text: string, i: number): number {
  return i + (text.codePointAt(i)! > 0xffff ? 2 : 1);
}

/** Length of an English contraction such as `'ll` at `start`, or 0. `fold` makes upper case and ſ count. */
export function contraction(text: string, start: number, end: number, fold: boolean): number {
  if (text.charCodeAt(start) !== 39 || start >= end) return 0;
  let suffix = text.substring(start + 1, Math.min(start + 3, end));
  if (fold) suffix = suffix.replaceAll('\u017f', 's').toLowerCase();
  if (suffix === 're' || suffix === 've' || suffix === 'll') return 3;
  return suffix !== '' && 'stmd'.includes(suffix[0]!) ? 2 : 0;
}

/** Cuts off each number character (`\p{N}`), or each run of them; what lies between stays whole. */
export function numberScanner(individual: boolean): Scanner {
  return (text, start, end) => {
    if (classAt(text, start, end) !== number) return endOfRun(text, start, end, 0xff - number);
    return individual ? afterCharacter(text, start) : endOfRun(text, start, end, number);
  };
}
