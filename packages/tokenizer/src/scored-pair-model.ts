import { mergeSymbols, type SymbolPairs } from './merge-symbols.ts';
import type { PieceIndex } from './piece-index.ts';
import { TokenKind } from './token-kind.ts';
import type { UnknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WordModel } from './word-model.ts';

export interface ScoredPairOptions {
  /** Pieces that are symbols from the start and never merge. */
  readonly frozen?: PieceIndex;
  /** Takes merges into unused tokens back at the end. */
  readonly splitUnused?: boolean;
}

const unknownSymbol = -1;
/** Added to the ids of symbols that never merge. */
const frozenMark = 1 << 30;

/**
 * Byte-pair encoding without a list of merges: two neighbours merge when the text of both is a token, the one with the
 * highest score first.
 *
 * Source: src/bpe_model.cc of https://github.com/google/sentencepiece, and `llm_tokenizer_spm_session` in
 * src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp.
 */
export class ScoredPairModel extends WordModel implements SymbolPairs {
  readonly #index: PieceIndex;
  readonly #ranks: Int32Array;
  readonly #unknown: UnknownText;
  readonly #frozen: PieceIndex | undefined;
  /** Ids that `splitUnused` is about; its merges by their text, as the number of units of the left part. */
  readonly #isUnused: (id: number) => boolean;
  readonly #splits = new Map<string, number>();
  #text = '';
  #merged = 0;

  /** @param index tokens that text can become @param scores score of each id */
  constructor(
    vocabulary: Vocabulary,
    index: PieceIndex,
    scores: Float64Array,
    unknown: UnknownText,
    options: ScoredPairOptions = {},
  ) {
    const splits = options.splitUnused && vocabulary.kinds.includes(TokenKind.unused);
    super(vocabulary, !splits);
    this.#index = index;
    this.#ranks = ranksOf(scores);
    this.#unknown = unknown;
    this.#frozen = options.frozen;
    this.#isUnused = (id) => splits === true && vocabulary.kinds[id] === TokenKind.unused;
  }

  rank(left: number, right: number, start: number, end: number): number {
    if (left >= frozenMark || right >= frozenMark) return -1;
    const id = this.#index.find(this.#text, start, end);
    if (id < 0) return -1;
    this.#merged = id;
    return this.#ranks[id]!;
  }

  merged(): number {
    return this.#merged;
  }

  protected override merge(text: string, start: number, end: number): void {
    this.#text = text;
    const ids = new Int32Array(end - start);
    const starts = new Int32Array(end - start + 1);
    const count = mergeSymbols(ids, starts, this.#readSymbols(start, end, ids, starts), this);
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      const from = starts[i]!;
      if (id !== unknownSymbol) {
        this.put(id & (frozenMark - 1), from, starts[i + 1]!);
        continue;
      }
      const unknown = this.#unknown;
      const bytes = unknown.bytesOf(text, from, starts[i + 1]!);
      for (let byte = 0; byte < bytes; byte++) this.put(unknown.byteId(byte), from, starts[i + 1]!);
      if (bytes > 0 || unknown.id === undefined) continue;
      while (i + 1 < count && ids[i + 1] === unknownSymbol) i++;
      this.put(unknown.id, from, starts[i + 1]!);
    }
  }

  /** Fills in one symbol per character or frozen piece. @returns their number. */
  #readSymbols(start: number, end: number, ids: Int32Array, starts: Int32Array): number {
    const text = this.#text;
    const frozen = this.#frozen;
    let count = 0;
    for (let at = start; at < end; count++) {
      starts[count] = at;
      const found = frozen ? frozen.beginningAt(text, at, end) - 1 : -1;
      if (frozen && found >= 0) {
        at = frozen.ends[found]!;
        ids[count] = frozen.ids[found]! + frozenMark;
      } else {
        const from = at;
        at += characterLength(text, at);
        ids[count] = this.#index.find(text, from, at);
      }
    }
    starts[count] = end;
    return count;
  }
}

/** Ranks by score, the highest first; equal scores have equal ranks. */
function ranksOf(scores: Float64Array): Int32Array {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const ranks = new Int32Array(scores.length);
  let rank = 0;
  for (const [at, id] of order.entries()) {
    if (at > 0 && scores[id] !== scores[order[at - 1]!]) rank = at;
    ranks[id] = rank;
  }
  return ranks;
}
