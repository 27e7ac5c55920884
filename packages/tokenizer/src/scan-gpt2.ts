import { classAt, endOfRun, letter, number, other, space } from './character-class.ts';
import { contraction, endOfSpace } from './scan.ts';

/** The pattern that `scanGpt2` implements, as written in tokenizer.json. */
export const gpt2Pattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * Scanner of GPT-2's pieces, in linear time.
 *
 * Source: the pattern of https://github.com/openai/gpt-2/blob/master/src/encoder.py
 */
export function scanGpt2(text: string, start: number, end: number): number {
  const short = contraction(text, start, end, false);
  if (short > 0) return start + short;
  const after = text.charCodeAt(start) === 32 ? start + 1 : start;
  const first = classAt(text, after, end);
  if (first === 0 || first & space) return endOfSpace(text, start, end);
  return endOfRun(text, after, end, first & letter ? letter : first & number ? number : other);
}
