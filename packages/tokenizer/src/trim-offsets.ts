import type { Vocabulary } from './vocabulary.ts';

const edges = /^[Ġ\p{White_Space}]*|[Ġ\p{White_Space}]*$/gu;

/**
 * Takes white space at the edges of tokens out of their offsets, in place.
 *
 * Source: `process_offsets` in pre_tokenizers/byte_level.rs of https://github.com/huggingface/tokenizers
 *
 * @param offsets two per id
 * @param addPrefixSpace the first token's single leading space was added by the pre-tokenizer
 */
export function trimOffsets(
  ids: Uint32Array,
  offsets: Uint32Array,
  vocabulary: Vocabulary,
  addPrefixSpace: boolean,
): void {
  for (let i = 0; i < ids.length; i++) {
    const token = vocabulary.tokens[ids[i]!]!;
    const [leading = '', trailing = ''] = token.match(edges) ?? [];
    let start = offsets[2 * i]!;
    let end = offsets[2 * i + 1]!;
    const isFirst = i === 0 || start === 0;
    const added = isFirst && addPrefixSpace && leading.length === 1;
    if (!added) start = Math.min(start + leading.length, end);
    const all = leading.length === token.length ? leading.length : trailing.length;
    // A token of the added space alone has the offsets of the first character, of one unit or two.
    if (added && leading.length === token.length) end = start;
    else if (end >= all) end = Math.max(end - all, start);
    offsets[2 * i] = start;
    offsets[2 * i + 1] = end;
  }
}
