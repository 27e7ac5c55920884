import { classAt, endOfRun, letter, newline, number, other } from './character-class.ts';
import { afterCharacter, contraction, endOfLines, endOfNumber, isNewline } from './scan.ts';

/** The pattern that `scanLlama3` implements, as written in tokenizer.json. */
export const llama3Pattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/**
 * Scanner of Llama 3's pieces, in linear time.
 *
 * @param digits how many number characters a piece may have
 *
 * Source: the pattern of https://github.com/meta-llama/llama-models, models/llama3/tokenizer.py
 */
export function scanLlama3(text: string, start: number, end: number, digits = 3): number {
  const first = classAt(text, start, end);
  if (first & letter) return endOfRun(text, start, end, letter);
  if (first === number) return endOfNumber(text, start, end, digits);
  const short = contraction(text, start, end, true);
  if (short > 0) return start + short;
  const after = afterCharacter(text, start);
  const second = classAt(text, after, end);
  if (second & letter && first !== newline) return endOfRun(text, after, end, letter);
  return endOfSymbols(text, start, end, first, second);
}

/** ` ?[^\s\p{L}\p{N}]+[\r\n]*`, else white space. @param slash lets slashes count with the line ends */
export function endOfSymbols(
  text: string,
  start: number,
  end: number,
  first: number,
  second: number,
  slash = false,
): number {
  if (!(first & other || (second & other && text.charCodeAt(start) === 32)))
    return endOfLines(text, start, end);
  let stop = endOfRun(text, first & other ? start : start + 1, end, other);
  while (stop < end && (isNewline(text.charCodeAt(stop)) || (slash && text.charCodeAt(stop) === 47))) stop++;
  return stop;
}
