import { matchesOf } from './pattern-matches.ts';
import { type Edit, EditedText, OriginalText, type SourceText } from './source-text.ts';

/** Finds what has to change in a text, in order. */
export type Normalizer = (text: string) => readonly Edit[];

export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

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
 * Replaces the matches of a pattern.
 *
 * @param pattern with flag `g`
 * @param replacement a text, or what makes one of a match
 */
export function replaceAll(pattern: RegExp, replacement: string | ((matched: string) => string)): Normalizer {
  return (text) =>
    Array.from(matchesOf(text, pattern), ({ 0: matched, index }) => ({
      start: index,
      end: index + matched.length,
      replacement: typeof replacement === 'string' ? replacement : replacement(matched),
    }));
}

/** A stretch that normalization may change without regard to what is around it. */
const stretches = /\p{ASCII}?\P{ASCII}+/gu;

/** A character with its marks, or the parts of a Korean syllable. */
const clusters = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

/**
 * Unicode normalization. Each character that changes is one edit, together with its marks; where characters turn out
 * to interact across such borders, the stretch of text up to the next ASCII characters is.
 */
export function unicodeForm(form: NormalizationForm): Normalizer {
  return (text) => {
    const edits: Edit[] = [];
    for (const { 0: stretch, index: offset } of text.matchAll(stretches)) {
      const whole = stretch.normalize(form);
      if (whole === stretch) continue;
      const first = edits.length;
      let joined = '';
      for (const { 0: cluster, index } of stretch.matchAll(clusters)) {
        const replacement = cluster.normalize(form);
        const start = offset + index;
        joined += replacement;
        if (replacement !== cluster) edits.push({ start, end: start + cluster.length, replacement });
      }
      if (joined === whole) continue;
      edits.length = first;
      edits.push({ start: offset, end: offset + stretch.length, replacement: whole });
    }
    return edits;
  };
}
