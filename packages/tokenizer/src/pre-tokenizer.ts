import { normalize, prepend } from './normalizer.ts';
import type { Scanner } from './scan.ts';
import type { SourceText } from './source-text.ts';

/** Gets the pieces in order. Returning `false` ends the work. */
export type PieceHandler = (source: SourceText, start: number, end: number) => boolean;

/** Cuts `source.text[start, end)` into pieces. @returns `false` when the handler ended the work. */
export type PreTokenizer = (source: SourceText, start: number, end: number, handle: PieceHandler) => boolean;

/** Leaves the text whole. */
export const wholeText: PreTokenizer = (source, start, end, handle) =>
  start === end || handle(source, start, end);

export function scanWith(scanner: Scanner): PreTokenizer {
  return (source, start, end, handle) => {
    const { text } = source;
    for (let from = start; from < end; ) {
      const to = scanner(text, from, end);
      if (!handle(source, from, to)) return false;
      from = to;
    }
    return true;
  };
}

/** Each step cuts up the pieces of the step before it. */
export function sequence(steps: readonly PreTokenizer[]): PreTokenizer {
  return steps.reduce(
    (first, second) => (source, start, end, handle) =>
      first(source, start, end, (inner, from, to) => second(inner, from, to, handle)),
    wholeText,
  );
}

/** Puts a space before a text that does not start with one, then goes on with `next`. */
export function prefixSpace(next: PreTokenizer): PreTokenizer {
  return (source, start, end, handle) => {
    if (start === end || source.text.charCodeAt(start) === 32) return next(source, start, end, handle);
    const edited = normalize([prepend(' ')], source, start, end);
    return next(edited, 0, edited.text.length, handle);
  };
}
