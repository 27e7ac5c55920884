import { CharacterClass, classAt, endOfRun } from './character-class.ts';

/** Finds the end of the piece that starts at `start`; pieces follow one another without gaps. */
export type Scanner = (text: string, start: number, end: number) => number;

const { space } = CharacterClass;

/**
 * `\s+(?!\S)|\s+`: a run of white space, less its last character when text follows, which that text may take in.
 */
export function endOfSpace(text: string, start: number, end: number): number {
  const stop = endOfRun(text, start, end, space);
  return stop < end && stop - start > 1 ? stop - 1 : stop;
}

/** @returns the end of the character at `i`. */
export function afterCharacter(text: string, i: number): number {
  return i + (text.codePointAt(i)! > 0xffff ? 2 : 1);
}

/** Length of an English contraction such as `'ll` at `start`, or 0. `fold` makes upper case and ſ count. */
export function contraction(text: string, start: number, end: number, fold: boolean): number {
  if (text.charCodeAt(start) !== 39) return 0;
  let suffix = text.substring(start + 1, Math.min(start + 3, end));
  if (fold) suffix = suffix.replaceAll('\u017f', 's').toLowerCase();
  if (suffix === 're' || suffix === 've' || suffix === 'll') return 3;
  return suffix !== '' && 'stmd'.includes(suffix[0]!) ? 2 : 0;
}

/** Cuts off each number character (`\p{N}`), or each run of them; what lies between stays whole. */
export function numberScanner(individual: boolean): Scanner {
  return (text, start, end) => {
    const { number } = CharacterClass;
    if (classAt(text, start, end) === number) {
      return individual ? afterCharacter(text, start) : endOfRun(text, start, end, number);
    }
    let i = start;
    while (i < end && classAt(text, i, end) !== number) i = afterCharacter(text, i);
    return i;
  };
}
