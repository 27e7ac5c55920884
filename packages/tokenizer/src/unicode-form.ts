import { AlignedEdits } from './aligned-edits.ts';
import type { Normalizer } from './normalizer.ts';

export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** A stretch that normalization changes without regard to what is around it. */
const stretches = /\p{ASCII}?\P{ASCII}+/gu;

/** A part of a stretch for which this holds too, for the most part: a character with its marks, a Korean syllable. */
const clusters = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

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
      const whole = toForm(stretch, form);
      if (whole === stretch) continue;
      let olds: string[] = stretch.match(clusters)!;
      let news = olds.map((old) => toForm(old, form));
      if (news.join('') !== whole) {
        olds = [stretch];
        news = [whole];
      }
      aligned.old = index;
      for (let i = 0; i < olds.length; i++) {
        const old = olds[i]!;
        const changed = news[i]!;
        if (old === changed) aligned.old += old.length;
        else if (old.length === 1) aligned.replace(changed);
        else if (changed.length === 1) aligned.put(changed, 1 - Array.from(old).length);
        else recompose(old, changed, form, aligned);
      }
    }
    return aligned.edits;
  };
}

function recompose(old: string, changed: string, form: string, aligned: AlignedEdits): void {
  /** For each decomposed character, from last to first: whether it starts what an old character becomes. */
  const starts = new Map<string, boolean[]>();
  for (const character of Array.from(old).reverse()) {
    const parts = decompose(character, form);
    while (parts.length > 0) {
      const part = parts.pop()!;
      if (!starts.has(part)) starts.set(part, []);
      starts.get(part)!.push(parts.length === 0);
    }
  }
  for (const character of changed) {
    let change = 1;
    for (const part of character.normalize('NFD')) if (starts.get(part)!.pop()) change--;
    aligned.put(character, change);
  }
}

function decompose(text: string, form: string): string[] {
  return Array.from(text.normalize(form.replace('C', 'D')));
}

const longRuns = /[\p{M}\uff9e\uff9f]{99,}/gu;

/** Engines may take quadratic time to put many marks in order. */
function toForm(text: string, form: string): string {
  const sorted = text.length < 99 ? text : text.replace(longRuns, (run) => sortMarks(run, form));
  return sorted.normalize(form);
}

function sortMarks(run: string, form: string): string {
  let sorted = '';
  let marks: string[] = [];
  const flush = () => {
    sorted += marks.sort((one, other) => +isAfter(one, other) - +isAfter(other, one)).join('');
    marks = [];
  };
  for (const mark of Array.from(run).flatMap((character) => decompose(character, form))) {
    // Only what has a combining class is put in order. Those of these two are among the lowest and the highest.
    if (isAfter(mark, '\u0334') || isAfter('\u0301', mark)) {
      marks.push(mark);
    } else {
      flush();
      sorted += mark;
    }
  }
  flush();
  return sorted;
}

function isAfter(mark: string, other: string): boolean {
  return (mark + other).normalize('NFD') !== mark + other;
}
