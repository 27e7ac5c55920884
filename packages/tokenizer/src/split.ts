import { matchesOf } from './pattern-matches.ts';
import type { PieceHandler, PreTokenizer } from './pre-tokenizer.ts';
import type { SourceText } from './source-text.ts';

/** What becomes of the matches of a pattern that cuts a text, named as in tokenizer.json. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

interface Part {
  start: number;
  end: number;
  match: boolean;
}

/**
 * Cuts a text at the matches of a pattern. Each piece is matched as a text of its own, so that anchors and
 * lookarounds do not see its surroundings.
 *
 * Source: `NormalizedString::split` of https://github.com/huggingface/tokenizers
 *
 * @param pattern with flag `g`
 * @param invert takes what lies between matches for the matches
 */
export function splitAt(pattern: RegExp, behavior: SplitBehavior, invert = false): PreTokenizer {
  return (source: SourceText, start: number, end: number, handle: PieceHandler) => {
    const text = source.text.slice(start, end);
    for (const part of splitBehaviors[behavior](partsOf(text, pattern, invert))) {
      if (part.start < part.end && !handle(source, start + part.start, start + part.end)) return false;
    }
    return true;
  };
}

function* partsOf(text: string, pattern: RegExp, invert: boolean): Generator<Part> {
  let done = 0;
  for (const { 0: matched, index } of matchesOf(text, pattern)) {
    if (index > done) yield { start: done, end: index, match: invert };
    done = index + matched.length;
    yield { start: index, end: done, match: !invert };
  }
  if (done < text.length) yield { start: done, end: text.length, match: invert };
}

/** What each behavior makes of the parts. */
export const splitBehaviors: Readonly<Record<SplitBehavior, (parts: Iterable<Part>) => Iterable<Part>>> = {
  Isolated: (parts) => parts,
  Removed: (parts) => [...parts].filter((part) => !part.match),
  Contiguous: (parts) => join([...parts], (part, before) => part.match === before),
  MergedWithPrevious: (parts) => join([...parts], (part, before) => part.match && !before),
  MergedWithNext: (parts) => join([...parts].reverse(), (part, before) => part.match && !before).reverse(),
};

/** Joins a part with its neighbour before it when `joins` says so; `before` starts as no match. */
function join(parts: readonly Part[], joins: (part: Part, before: boolean) => boolean): Part[] {
  const joined: Part[] = [];
  let before = false;
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && joins(part, before)) {
      last.start = Math.min(last.start, part.start);
      last.end = Math.max(last.end, part.end);
    } else {
      joined.push({ ...part });
    }
    before = part.match;
  }
  return joined;
}
