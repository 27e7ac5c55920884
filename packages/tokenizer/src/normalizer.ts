import { AlignedEdits, characterBefore } from './aligned-edits.ts';
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

/** A stretch that normalization changes without regard to what is around it. */
const stretches = /\p{ASCII}?\P{ASCII}+/gu;

/**
 * Unicode normalization. A character comes from the first of the characters that it was composed of, counted after
 * marks were put in order: of old characters as many go away as others were composed with.
 *
 * Source: https://github.com/n1t0/unicode-normalization
 */
export function unicodeForm(form: NormalizationForm): Normalizer {
  return (text) => {
    const aligned = new AlignedEdits(text);
    for (const { 0: stretch, index } of text.matchAll(stretches)) {
      const whole = stretch.normalize(form);
      if (whole === stretch) continue;
      /** For each decomposed character, from last to first: whether it starts what an old character becomes. */
      const starts = new Map<string, boolean[]>();
      for (const old of Array.from(stretch).reverse()) {
        const parts = Array.from(old.normalize(form.replace('C', 'D')));
        while (parts.length > 0) {
          const part = parts.pop()!;
          if (!starts.has(part)) starts.set(part, []);
          starts.get(part)!.push(parts.length === 0);
        }
      }
      aligned.old = index;
      for (const character of whole) {
        let change = 1;
        for (const part of character.normalize('NFD')) if (starts.get(part)!.pop()) change--;
        aligned.put(character, change);
      }
    }
    return aligned.edits;
  };
}
