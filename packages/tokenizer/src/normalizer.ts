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

/** @param pattern with flag `g` */
export function replaceAll(pattern: RegExp, replacement: string): Normalizer {
  return (text) =>
    Array.from(text.matchAll(pattern), ({ 0: matched, index }) => ({
      start: index,
      end: index + matched.length,
      replacement,
    }));
}

/**
 * Unicode normalization. Each user-perceived character that changes is one edit; where characters turn out to
 * interact across such borders, the whole text is.
 */
export function unicodeForm(form: NormalizationForm): Normalizer {
  return (text) => {
    const whole = text.normalize(form);
    if (whole === text) return [];
    const edits: Edit[] = [];
    let joined = '';
    for (const { segment, index } of new Intl.Segmenter('und').segment(text)) {
      const replacement = segment.normalize(form);
      joined += replacement;
      if (replacement !== segment) edits.push({ start: index, end: index + segment.length, replacement });
    }
    return joined === whole ? edits : [{ start: 0, end: text.length, replacement: whole }];
  };
}
