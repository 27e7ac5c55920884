import { characterOfByte } from './byte-alphabet.ts';
import type { Merges } from './merge-table.ts';
import { pieceModel } from './piece-model.ts';
import { symbolList } from './symbol-list.ts';
import { isSpecialKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import { utf8Length } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

const unitOfByte = Uint16Array.from(characterOfByte, (character) => character.charCodeAt(0));

export interface BytePairOptions {
  /** A piece that is a token as a whole becomes that token, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  /** Id for bytes that the vocabulary lacks; without it they are left out, as in the reference. */
  readonly unknownId?: number | undefined;
  /** Consecutive unknown bytes give one unknown token. */
  readonly fuseUnknown?: boolean;
}

/**
 * Byte-level byte-pair encoding: a piece starts as the tokens of its UTF-8 bytes, then the pair with the lowest
 * rank is merged until no pair merges.
 *
 * Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016, over bytes as in
 * GPT-2.
 */
export function bytePairModel(
  vocabulary: Vocabulary,
  merges: Merges,
  { ignoreMerges, unknownId, fuseUnknown }: BytePairOptions,
): TokenModel {
  const { index, kinds } = vocabulary;
  const byteIds = Int32Array.from(characterOfByte, (character) => index.find(character));
  const units = new Uint16Array(index.longest);
  const symbols = symbolList();
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(256);

  /** The token for all the bytes, or -1; never a control token, which text must not be able to forge. */
  const wholeToken = (length: number) => {
    if (length > units.length) return -1;
    for (let i = 0; i < length; i++) units[i] = unitOfByte[bytes[i]!]!;
    const id = index.findUnits(units, 0, length);
    return isSpecialKind(kinds[id]) ? -1 : id;
  };

  return pieceModel((text, start, end, put) => {
    const room = 3 * (end - start);
    if (room > bytes.length) bytes = new Uint8Array(room);
    const length = encoder.encodeInto(text.slice(start, end), bytes).written;
    const whole = ignoreMerges ? wholeToken(length) : -1;
    if (whole >= 0) {
      put(whole, start, end);
      return;
    }
    let unknownBefore = false;
    for (let i = 0, from = start; i < length; ) {
      const size = utf8Length(bytes[i]!);
      const to = from + (size > 3 ? 2 : 1);
      for (const stop = i + size; i < stop; i++) {
        const id = byteIds[bytes[i]!]!;
        if (id >= 0) symbols.add(id, from, to);
        else if (unknownId !== undefined && !(fuseUnknown && unknownBefore)) symbols.add(unknownId, from, to);
        else symbols.extend(to);
        unknownBefore = id < 0;
      }
      from = to;
    }
    symbols.merge(merges, put);
  });
}
