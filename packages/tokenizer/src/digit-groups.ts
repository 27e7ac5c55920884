import { classAt, number } from './character-class.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { afterCharacter } from './scan.ts';

/**
 * Cuts runs of digits into groups of three, counted from their ends: llama.cpp's way for AFMoE, Tiny Aya and SuperBPE.
 *
 * Source: `unicode_regex_split_custom_afmoe` in src/unicode.cpp, and the pattern `(?=(\d{3})+(?!\d))` in
 * src/llama-vocab.cpp, of https://github.com/ggml-org/llama.cpp
 *
 * @param behind `true` cuts behind each group of numbers (`\p{N}`), so that the first group takes in the text before
 *   it; `false` cuts before each whole group of ASCII digits
 */
export function digitGroups(behind: boolean): PreTokenizer {
  return (source, start, end, handle) => {
    const { text } = source;
    const isDigit = (i: number) =>
      behind
        ? classAt(text, i, end) === number
        : i < end && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57;
    let from = start;
    for (let i = start; i < end; ) {
      if (!isDigit(i)) {
        i = afterCharacter(text, i);
        continue;
      }
      const first = i;
      let left = 0;
      let stop = i;
      for (; isDigit(stop); stop = afterCharacter(text, stop)) left++;
      for (; ; left--) {
        if (left % 3 === 0 && i > from && (behind ? i > first : i < stop)) {
          if (!handle(source, from, i)) return false;
          from = i;
        }
        if (i === stop) break;
        i = afterCharacter(text, i);
      }
    }
    return from === end || handle(source, from, end);
  };
}
