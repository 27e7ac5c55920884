import { CharacterClass, classAt, endOfRun } from './character-class.ts';
import { afterCharacter, contraction, endOfSpace } from './scan.ts';

/** The pattern that `scanLlama3` implements, as written in tokenizer.json. */
export const llama3Pattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/**
 * Scanner of Llama 3's pieces, in linear time.
 *
 * Source: the pattern of https://github.com/meta-llama/llama-models, models/llama3/tokenizer.py
 */
export function scanLlama3(text: string, start: number, end: number): number {
  const short = contraction(text, start, end, true);
  if (short > 0) return start + short;
  const { letter, number, space, other } = CharacterClass;
  const first = classAt(text, start, end);
  if (first === letter) return endOfRun(text, start, end, letter);
  if (first === number) return endOfNumber(text, start, end);
  const after = afterCharacter(text, start);
  const second = classAt(text, after, end);
  if (second === letter && !isNewline(text.charCodeAt(start))) return endOfRun(text, after, end, letter);
  if (first === other || (second === other && text.charCodeAt(start) === 32)) {
    let stop = endOfRun(text, first === other ? start : after, end, other);
    while (stop < end && isNewline(text.charCodeAt(stop))) stop++;
    return stop;
  }
  let stop = endOfRun(text, start, end, space);
  while (stop > start && !isNewline(text.charCodeAt(stop - 1))) stop--;
  return stop > start ? stop : endOfSpace(text, start, end);
}

function endOfNumber(text: string, start: number, end: number): number {
  let i = start;
  for (let count = 0; count < 3 && classAt(text, i, end) === CharacterClass.number; count++) {
    i = afterCharacter(text, i);
  }
  return i;
}

function isNewline(unit: number): boolean {
  return unit === 10 || unit === 13;
}
