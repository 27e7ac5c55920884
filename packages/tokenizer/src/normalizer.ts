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

/**
 * Unicode normalization. Each user-perceived character that changes is one edit; where characters turn out to
 * interact across such borders, the stretch of text up to the next ASCII characters is.
 */
export function unicodeForm(form: NormalizationForm): Normalizer {
  return (text) => {
    const edits: Edit[] = [];
    for (const { 0: stretch, index } of text.matchAll(stretches)) {
      const whole = stretch.normalize(form);
      if (whole !== stretch) for (const edit of editsWithin(stretch, index, whole, form)) edits.push(edit);
    }
    return edits;
  };
}

function editsWithin(stretch: string, offset: number, whole: string, form: NormalizationForm): Edit[] {
  const edits: Edit[] = [];
  let joined = '';
  for (const { segment, index } of new Intl.Segmenter('und').segment(stretch)) {
    const replacement = segment.normalize(form);
    const start = offset + index;
    joined += replacement;
    if (replacement !== segment) edits.push({ start, end: start + segment.length, replacement });
  }
  return joined === whole ? edits : [{ start: offset, end: offset + stretch.length, replacement: whole }];
}
