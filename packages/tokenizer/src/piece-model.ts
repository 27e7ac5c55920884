import { longestKey, pieceCache } from './piece-cache.ts';
import type { TokenModel } from './token-model.ts';

/** Takes a token, and the units that it stands for. */
export type PutToken = (id: number, start: number, end: number) => void;

/** Hands the tokens of `text[start, end)` on. */
export type PieceEncoder = (text: string, start: number, end: number, put: PutToken) => void;

/**
 * A model that remembers the tokens of short pieces, most of which are words that come again.
 *
 * @param endOfPart where a piece that starts at `start` can be cut, so that the parts are remembered instead
 */
export function pieceModel(
  encodePart: PieceEncoder,
  endOfPart: (text: string, start: number, end: number) => number = (_text, _start, end) => end,
): TokenModel {
  const cache = pieceCache();
  let tokens: number[] = [];
  const put: PutToken = (id, start, end) => {
    tokens.push(id, start, end);
  };
  return {
    encode(source, start, end, sink) {
      const { text } = source;
      for (let from = start, to = start; from < end && !sink.full; from = to) {
        to = endOfPart(text, from, end);
        if (to - from > longestKey) {
          encodePart(text, from, to, (id, first, last) => sink.pushRange(id, source, first, last));
          continue;
        }
        if (!cache.find(text, from, to)) {
          tokens = [];
          encodePart(text, from, to, put);
          cache.add(text, from, to, tokens);
        }
        if (sink.withOffsets) {
          for (let i = cache.start; i < cache.end; i++) {
            const span = cache.spans[i]!;
            sink.pushRange(cache.ids[i]!, source, from + (span & 0xff), from + (span >> 8));
          }
        } else {
          for (let i = cache.start; i < cache.end; i++) sink.push(cache.ids[i]!);
        }
      }
    },
  };
}
