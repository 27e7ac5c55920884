import type { PieceIndex } from './piece-index.ts';
import type { SourceText } from './source-text.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';
import type { UnknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';

/** SentencePiece keeps sums in single precision below this. */
const resetLimit = 100_000;

/** How much less a character that is no piece scores than the worst piece. */
export const unknownPenalty = 10;

export interface UnigramOptions {
  /** Score of a character that is no piece. */
  readonly unknownScore: number;
  /** Adds up scores in single precision, as SentencePiece does, instead of double. */
  readonly singlePrecision?: boolean;
  /** Writes each unknown character by itself, instead of each run of them. */
  readonly unknownByCharacter?: boolean;
  /** The text of the unknown token, if text may become it: it joins runs of unknown characters. */
  readonly unknownPiece?: string | undefined;
}

/**
 * Unigram language model: the way to cut a text into pieces with the highest sum of scores, which are logarithms of
 * probabilities. Of several ways with the same sum it takes the one found first, as the references do.
 *
 * Source: Kudo, "Subword Regularization", 2018. Order and precision of the sums are those of `encode_optimized` in
 * tokenizers/src/models/unigram/model.rs of https://github.com/huggingface/tokenizers, or of `EncodeOptimized` in
 * src/unigram_model.cc of https://github.com/google/sentencepiece.
 *
 * @param scores score of each id
 */
export function unigramModel(
  index: PieceIndex,
  scores: Float64Array,
  unknown: UnknownText,
  { unknownScore, singlePrecision, unknownByCharacter, unknownPiece }: UnigramOptions,
): TokenModel {
  const unknownId = unknown.id;
  /** Of the best way to cut the text up to each unit: its score, its last piece and where that starts. */
  let best: Float64Array | Float32Array = new Float64Array(0);
  let ids = new Int32Array(0);
  let starts = new Int32Array(0);

  const encode = (source: SourceText, start: number, end: number, sink: TokenSink): void => {
    search(source.text, start, end);
    // Turns the links from each piece to the one before it around.
    let next = 0;
    for (let at = end - start; at > 0; ) {
      const before = starts[at]!;
      starts[at] = next;
      next = at;
      at = before;
    }
    const length = end - start;
    for (let at = 0; at < length; ) {
      let to = next;
      next = starts[to]!;
      const id = ids[to]!;
      if (id >= 0) {
        sink.pushRange(id, source, start + at, start + to);
      } else {
        while (to < length && ids[next]! < 0 && !unknownByCharacter) {
          to = next;
          next = starts[to]!;
        }
        pushUnknown(source, start + at, start + to, sink);
      }
      at = to;
    }
  };

  const pushUnknown = (source: SourceText, start: number, end: number, sink: TokenSink): void => {
    const text = source.text.slice(start, end);
    const isPiece = unknownId !== undefined && text === unknownPiece;
    for (const part of isPiece ? [unknownId] : unknown.tokensOf(text))
      sink.pushRange(part, source, start, end);
  };

  const search = (text: string, start: number, end: number): void => {
    reserve(end - start + 1);
    starts.fill(-1, 0, end - start + 1);
    best[0] = 0;
    let furthest = 0;
    for (let at = 0; at < end - start; ) {
      const step = characterLength(text, start + at);
      if (singlePrecision && Math.abs(best[at]!) > resetLimit) reset(at, furthest);
      const here = best[at]!;
      const count = index.beginningAt(text, start + at, end);
      let isCharacter = false;
      for (let i = 0; i < count; i++) {
        const to = index.ends[i]! - start;
        if (to > furthest) furthest = to;
        const id = index.ids[i]!;
        const score = singlePrecision ? Math.fround(scores[id]! + here) : scores[id]! + here;
        if (starts[to]! < 0 || score > best[to]!) {
          best[to] = score;
          ids[to] = unknownPiece !== undefined && id === unknownId ? -1 : id;
          starts[to] = at;
        }
        if (to === at + step) isCharacter = true;
      }
      at += step;
      if (isCharacter) continue;
      if (at > furthest) furthest = at;
      const score = singlePrecision ? Math.fround(unknownScore + here) : unknownScore + here;
      if (starts[at]! < 0 || score > best[at]!) {
        best[at] = score;
        ids[at] = -1;
        starts[at] = at - step;
      }
    }
  };

  /** Takes the score at a place from those of all places that are reached, which keeps sums precise. */
  const reset = (at: number, furthest: number): void => {
    const here = best[at]!;
    for (let i = at; i <= furthest; i++) best[i]! -= here;
  };

  const reserve = (length: number): void => {
    if (length <= ids.length) return;
    const room = Math.max(256, length);
    best = singlePrecision ? new Float32Array(room) : new Float64Array(room);
    ids = new Int32Array(room);
    starts = new Int32Array(room);
  };

  return { encode };
}
