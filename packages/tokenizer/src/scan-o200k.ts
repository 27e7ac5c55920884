import {
  caseless,
  classAt,
  endOfRun,
  letter,
  lower,
  mark,
  newline,
  number,
  upper,
} from './character-class.ts';
import { afterCharacter, contraction, endOfNumber } from './scan.ts';
import { endOfSymbols } from './scan-llama3.ts';

/** The pattern that `scanO200k` implements, as written in tokenizer.json. */
export const o200kPattern = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
  String.raw`\s*[\r\n]+`,
  String.raw`\s+(?!\S)`,
  String.raw`\s+`,
].join('|');

const both = caseless | mark;

/**
 * Scanner of the pieces of o200k_base, which gpt-oss and Llama 4 use too, in linear time.
 *
 * Source: the pattern of https://github.com/openai/tiktoken, tiktoken_ext/openai_public.py
 */
export function scanO200k(text: string, start: number, end: number): number {
  const first = classAt(text, start, end);
  if (first === number) return endOfNumber(text, start, end);
  if (first & letter) return endOfWord(text, start, end);
  const after = afterCharacter(text, start);
  const second = classAt(text, after, end);
  if (first !== newline && second & (letter | mark)) return endOfWord(text, after, end, first === mark);
  if (first === mark) return withContraction(text, after, end);
  return endOfSymbols(text, start, end, first, second, true);
}

/**
 * Both alternatives for words. The first ends with a character that is not upper case and gives back what follows
 * it; the second takes upper case alone.
 *
 * @param afterMark there is a mark before `start`, which the first alternative prefers to upper case alone
 */
function endOfWord(text: string, start: number, end: number, afterMark = false): number {
  let i = start;
  let lastBoth = -1;
  for (;;) {
    const stop = endOfRun(text, i, end, both);
    if (stop > i) lastBoth = stop;
    i = endOfRun(text, stop, end, upper);
    if (i === stop) break;
  }
  const stop = endOfRun(text, i, end, lower | both);
  if (stop > i) return withContraction(text, stop, end);
  if (lastBoth >= 0) return withContraction(text, lastBoth, end);
  return withContraction(text, afterMark ? start : i, end);
}

function withContraction(text: string, stop: number, end: number): number {
  return stop + contraction(text, stop, end, true);
}
