import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { PieceIndex } from './piece-index.ts';
import { ScoredMerges } from './scored-merges.ts';
import { TokenKind } from './token-kind.ts';
import type { UnknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WordModel } from './word-model.ts';

export interface ScoredPairOptions {
  /** Tells which tokens text may become. */
  readonly mayBe: (id: number) => boolean;
  /** Score of each token. */
  readonly scores: Float64Array;
  readonly unknown: UnknownText;
  /** Pieces that are symbols from the start and never merge. */
  readonly frozen?: PieceIndex | undefined;
  /** Takes merges into unused tokens back at the end. */
  readonly splitsUnused?: boolean;
}

/** Added to the ids of symbols that never merge. */
const frozenMark = 1 << 30;

/**
 * Byte-pair encoding without a list of merges: two neighbours merge when the text of both is a token, the one with the
 * highest score first.
 *
 * Source: src/bpe_model.cc of https://github.com/google/sentencepiece, and `llm_tokenizer_spm_session` in
 * src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp.
 */
export class ScoredPairModel extends WordModel {
  readonly #vocabulary: Vocabulary;
  readonly #options: ScoredPairOptions;
  readonly #merges: ScoredMerges;
  /** Texts of the symbols: the tokens, then characters that only longer tokens have. */
  readonly #texts: readonly (string | undefined)[];
  readonly #parts = new Map<string, number>();

  constructor(vocabulary: Vocabulary, options: ScoredPairOptions) {
    const splits = options.splitsUnused === true && vocabulary.kinds.includes(TokenKind.unused);
    super(vocabulary, !splits);
    this.#vocabulary = vocabulary;
    this.#options = options;
    const texts = [...vocabulary.tokens];
    for (const character of new Set(vocabulary.tokens.flatMap((token) => Array.from(token ?? '')))) {
      if (this.#idOf(character) === undefined) this.#parts.set(character, texts.push(character) - 1);
    }
    this.#texts = texts;
    this.#merges = new ScoredMerges({
      texts,
      idOf: (text) => this.#idOf(text),
      scores: options.scores,
      isUnused: (id) => splits && vocabulary.kinds[id] === TokenKind.unused,
    });
  }

  protected override merge(text: string, start: number, end: number): void {
    const ids = new Int32Array(end - start);
    const starts = new Int32Array(end - start + 1);
    const symbols = this.#readSymbols(text, start, end, ids, starts);
    this.#merges.splits.clear();
    const mergePairs = symbols > shortLength ? mergeLong : mergeShort;
    const count = mergePairs(ids, starts, symbols, this.#merges);
    const { size } = this.#vocabulary;
    const { unknown } = this.#options;
    for (let i = 0; i < count; i++) {
      const from = starts[i]!;
      const id = ids[i]! & (frozenMark - 1);
      if (id < size) {
        this.#putKnown(id, text, from, starts[i + 1]!);
      } else if (!this.#putBytes(text, from, starts[i + 1]!)) {
        while (i + 1 < count && (ids[i + 1]! & (frozenMark - 1)) >= size) i++;
        if (unknown.id !== undefined) this.put(unknown.id, from, starts[i + 1]!);
      }
    }
  }

  #putKnown(id: number, text: string, start: number, end: number): void {
    const split = this.#merges.splits.get(id);
    if (!split) {
      this.put(id, start, end);
      return;
    }
    let from = start;
    for (const part of split) {
      const to = from + this.#texts[part]!.length;
      if (part < this.#vocabulary.size) this.#putKnown(part, text, from, to);
      else if (!this.#putBytes(text, from, to)) this.put(this.#options.unknown.id ?? id, from, to);
      from = to;
    }
  }

  /** @returns whether all bytes of a character have tokens. */
  #putBytes(text: string, start: number, end: number): boolean {
    const { unknown } = this.#options;
    const count = unknown.bytesOf(text, start, end);
    for (let i = 0; i < count; i++) this.put(unknown.byteId(i), start, end);
    return count > 0;
  }

  /** Fills in one symbol per character or frozen piece. @returns their number. */
  #readSymbols(text: string, start: number, end: number, ids: Int32Array, starts: Int32Array): number {
    const { frozen } = this.#options;
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
        const character = text.slice(from, at);
        ids[count] = this.#idOf(character) ?? this.#parts.get(character) ?? this.#texts.length;
      }
    }
    starts[count] = end;
    return count;
  }

  #idOf(text: string): number | undefined {
    const id = this.#vocabulary.idOf(text);
    return id !== undefined && this.#options.mayBe(id) ? id : undefined;
  }
}
