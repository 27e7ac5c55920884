import type { CharacterMap } from './character-map.ts';
import type { Normalizer } from './normalizer.ts';
import type { Edit } from './source-text.ts';
import { spaceSymbol } from './space-symbol.ts';
import { characterLength } from './utf8.ts';

/** The fields of SentencePiece's `NormalizerSpec`, with what the normalizer takes from elsewhere. */
export interface SentencePieceRules {
  readonly characterMap?: CharacterMap | undefined;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  /** Writes spaces as U+2581. */
  readonly escapeWhitespaces: boolean;
  /** Puts the dummy prefix at the end. */
  readonly spaceAsSuffix?: boolean;
  /** Finds a text that is left as it is, because of user-defined symbols. @returns where it ends, or `start` */
  readonly verbatimEnd?: ((text: string, start: number) => number) | undefined;
  /**
   * As llama.cpp has it: removing white space always adds the prefix and leaves U+2581 at the end alone; without
   * removing, a text of spaces alone gets no prefix.
   */
  readonly asLlamaCpp?: boolean;
}

/**
 * Normalization as in SentencePiece: replaces by the character map, the longest match first, adds a space in front,
 * removes spaces that follow one another, and writes spaces as U+2581.
 *
 * Source: `Normalizer::Normalize` in src/normalizer.cc of https://github.com/google/sentencepiece, and
 * `llm_tokenizer_ugm_session::normalize` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp.
 */
export function sentencePieceNormalizer(rules: SentencePieceRules): Normalizer {
  const { characterMap, removeExtraWhitespaces: removes, verbatimEnd, asLlamaCpp = false } = rules;
  const space = rules.escapeWhitespaces ? spaceSymbol : ' ';
  return (text) => {
    const edits: Edit[] = [];
    let afterSpace = removes;
    /** Where the text starts, after white space that is removed. */
    let first = removes ? -1 : 0;
    let onlySpaces = true;
    for (let at = 0; at < text.length; ) {
      const from = at;
      at = verbatimEnd?.(text, from) ?? from;
      let chunk: string | undefined;
      if (at === from) {
        at += characterLength(text, from);
        chunk = characterMap?.match(text, from, text.length, false);
        if (chunk !== undefined) at = characterMap!.end;
      }
      const before = text.slice(from, at);
      chunk ??= before;
      const kept = afterSpace ? chunk.replace(/^ +/, '') : chunk;
      if (first < 0 && chunk !== ' ') first = from;
      const replacement = kept.replaceAll(' ', space);
      if (replacement !== before || chunk !== before) edits.push({ start: from, end: at, replacement });
      if (kept !== '') afterSpace = removes && kept.endsWith(' ');
      onlySpaces &&= !/[^ ]/.test(kept);
    }
    if (first < 0) return edits;
    const end = removes ? removeTrailing(edits, text, space, asLlamaCpp) : text.length;
    const adds = rules.addDummyPrefix || (asLlamaCpp && removes);
    if (!adds || (asLlamaCpp && onlySpaces)) return edits;
    if (rules.spaceAsSuffix) {
      edits.push({ start: text.length, end: text.length, replacement: space });
    } else if (end > first) {
      const before = edits.findLastIndex((edit) => edit.end <= first) + 1;
      edits.splice(before, 0, { start: first, end: first, replacement: space });
    }
    return edits;
  };
}

/** Removes spaces at the end of the edited text. @returns where in the text what is left ends. */
function removeTrailing(edits: Edit[], text: string, space: string, onlyReplaced: boolean): number {
  let end = text.length;
  for (;;) {
    const last = edits.at(-1);
    if (last?.end === end) {
      let kept = last.replacement;
      while (kept.endsWith(space)) kept = kept.slice(0, -1);
      if (kept === last.replacement && kept !== '') break;
      edits.pop();
      end = last.start;
      if (kept === '') continue;
      edits.push({ ...last, replacement: kept });
      end = last.end;
      break;
    }
    if (onlyReplaced || end === 0 || text[end - 1] !== space) break;
    end--;
  }
  if (end < text.length) edits.push({ start: end, end: text.length, replacement: '' });
  return end;
}
