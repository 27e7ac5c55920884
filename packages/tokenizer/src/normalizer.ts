import { characterBefore } from './aligned-edits.ts';
import { matchesOf } from './pattern-matches.ts';
import { type Edit, EditedText, OriginalText, type SourceText } from './source-text.ts';

/** Finds what has to change in a text, in order. */
export type Normalizer = (text: string) => readonly Edit[];

/** Applies normalizers one after another to `source.text[start, end)`. */
export function normalize(
  steps: readonly Normalizer[],
  source: SourceText,
  start: number,
  end: number,
): SourceText {
  let result: SourceText = new EditedText(source, start, end, []);
  for (const step of steps) {
    const edits = step(result.text);
    if (edits.length > 0) result = new EditedText(result, 0, result.text.length, edits);
  }
  return result;
}

export function normalizeString(steps: readonly Normalizer[], text: string): string {
  return normalize(steps, new OriginalText(text), 0, text.length).text;
}

/** Puts a text in front of every text that is not empty. It counts as a part of the first character. */
export function prepend(prefix: string): Normalizer {
  return (text) => {
    if (text === '') return [];
    const first = String.fromCodePoint(text.codePointAt(0)!);
    return [{ start: 0, end: first.length, replacement: prefix + first }];
  };
}

/**
 * Replaces the matches of a pattern. The new text comes from the last character of a match, or from the character
 * before a match of no width, as `NormalizedString::replace` of https://github.com/huggingface/tokenizers has it.
 *
 * @param pattern with flag `g`
 * @param replacement a text, or what makes one of a match
 */
export function replaceAll(pattern: RegExp, replacement: string | ((matched: string) => string)): Normalizer {
  return (text) => {
    const edits: Edit[] = [];
    for (const { 0: matched, index } of matchesOf(text, pattern)) {
      const end = index + matched.length;
      const start = characterBefore(text, end);
      if (start > index) edits.push({ start: index, end: start, replacement: '' });
      const kept = matched === '' ? text.slice(start, end) : '';
      const added = typeof replacement === 'string' ? replacement : replacement(matched);
      edits.push({ start, end, replacement: kept + added });
    }
    return edits;
  };
}
