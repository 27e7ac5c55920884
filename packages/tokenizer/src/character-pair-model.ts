import type { MergeTable } from './merge-table.ts';
import { pieceModel } from './piece-model.ts';
import { symbolList } from './symbol-list.ts';
import { tokenBorders } from './token-borders.ts';
import type { TokenModel } from './token-model.ts';
import { unknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CharacterPairOptions {
  /** The id of a token that text may become. */
  readonly idOf: (text: string) => number | undefined;
  /** What tokens that do not start a piece start with, and what tokens that end a piece end with. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** A piece that is a token as a whole becomes that token, whatever the merges say. */
  readonly ignoreMerges?: boolean | undefined;
  /** Does so for pieces of line ends alone. */
  readonly wholeLineEnds?: boolean | undefined;
  readonly unknownId?: number | undefined;
  /** Consecutive unknown characters give one unknown token. */
  readonly fuseUnknown?: boolean;
  /** Writes characters without a token as the tokens of their bytes. */
  readonly byteFallback: boolean;
}

/**
 * Byte-pair encoding that starts from characters. A character without a token becomes the tokens of its bytes, or the
 * unknown token.
 *
 * Source: `merge_word` in tokenizers/src/models/bpe/model.rs of https://github.com/huggingface/tokenizers.
 */
export function characterPairModel(
  vocabulary: Vocabulary,
  table: MergeTable,
  options: CharacterPairOptions,
): TokenModel {
  const { idOf, prefix = '', suffix = '', ignoreMerges, wholeLineEnds, unknownId, fuseUnknown } = options;
  const unknown = unknownText(unknownId, options.byteFallback ? idOf : undefined);
  const symbols = symbolList();
  // Without an unknown token characters are left out, which makes neighbours of others.
  const mayCut = !ignoreMerges && prefix + suffix === '' && unknownId !== undefined;
  return pieceModel(
    (text, start, end, put) => {
      const piece = text.slice(start, end);
      const whole = ignoreMerges || (wholeLineEnds && /^\n+$/.test(piece)) ? idOf(piece) : undefined;
      if (whole !== undefined) {
        put(whole, start, end);
        return;
      }
      let unknownStart = -1;
      let unknownEnd = -1;
      const endUnknown = () => {
        if (unknownStart >= 0) symbols.add(unknownId!, unknownStart, unknownEnd);
        unknownStart = -1;
      };
      for (let at = start; at < end; ) {
        const from = at;
        at += characterLength(text, at);
        const id = idOf((from > start ? prefix : '') + text.slice(from, at) + (at < end ? '' : suffix));
        if (id !== undefined) {
          endUnknown();
          symbols.add(id, from, at);
          continue;
        }
        const bytes = unknown.bytesOf(text.slice(from, at));
        for (const byteId of bytes) symbols.add(byteId, from, at);
        if (bytes.length > 0 || unknownId === undefined) continue;
        if (!fuseUnknown) endUnknown();
        if (unknownStart < 0) unknownStart = from;
        unknownEnd = at;
      }
      endUnknown();
      symbols.merge(table, put);
    },
    mayCut ? tokenBorders(vocabulary) : undefined,
  );
}
