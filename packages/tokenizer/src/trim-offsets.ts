import { characterBefore } from './aligned-edits.ts';
import type { Vocabulary } from './vocabulary.ts';

const edges = /^[Ġ\p{White_Space}]*|[Ġ\p{White_Space}]*$/gu;

/**
 * Takes white space at the edges of tokens out of their offsets, in place: as many characters of the text as the token
 * has there, whatever they are.
 *
 * Source: `process_offsets` in pre_tokenizers/byte_level.rs of https://github.com/huggingface/tokenizers
 *
 * @param offsets two per id
 * @param addPrefixSpace the first token's single leading space was added by the pre-tokenizer
 */
export function trimOffsets(
  text: string,
  ids: Uint32Array,
  offsets: Uint32Array,
  vocabulary: Vocabulary,
  addPrefixSpace: boolean,
): void {
  for (let i = 0; i < ids.length; i++) {
    const token = vocabulary.tokens[ids[i]!]!;
    const [{ length } = '', after = ''] = token.match(edges) ?? [];
    let start = offsets[2 * i]!;
    let end = offsets[2 * i + 1]!;
    if (!(addPrefixSpace && length === 1 && (i === 0 || start === 0))) {
      for (let left = length; left > 0 && start < end; left--)
        start += text.codePointAt(start)! > 0xffff ? 2 : 1;
    }
    let trimmed = end;
    let left = length === token.length ? length : after.length;
    for (; left > 0 && trimmed > 0; left--) trimmed = characterBefore(text, trimmed);
    if (left === 0) end = Math.max(trimmed, start);
    offsets[2 * i] = start;
    offsets[2 * i + 1] = end;
  }
}
