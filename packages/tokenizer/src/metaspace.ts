import type { PrependScheme } from './json-metaspace.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { type Edit, EditedText } from './source-text.ts';

/**
 * Writes spaces as another character, as SentencePiece does, and cuts before each of them.
 *
 * @param scheme which texts get a space before them that do not start with one
 * @param split whether to cut at all
 */
export function metaspace(replacement: string, scheme: PrependScheme, split: boolean): PreTokenizer {
  return (source, start, end, handle) => {
    if (start === end) return true;
    const edits: Edit[] = [];
    const first = String.fromCodePoint(source.text.codePointAt(start)!);
    const wanted = scheme === 'always' || (scheme === 'first' && source.originalStart(start) === 0);
    if (wanted && first !== ' ' && first !== replacement) {
      edits.push({ start, end: start + first.length, replacement: replacement + first });
    }
    for (let at = start; at < end; at++) {
      if (source.text.charCodeAt(at) === 32) edits.push({ start: at, end: at + 1, replacement });
    }
    const edited = new EditedText(source, start, end, edits);
    const { text } = edited;
    let done = 0;
    for (let at = split ? text.indexOf(replacement, 1) : -1; at >= 0; ) {
      if (!handle(edited, done, at)) return false;
      done = at;
      at = text.indexOf(replacement, at + 1);
    }
    return handle(edited, done, text.length);
  };
}
