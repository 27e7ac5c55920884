import { type Merges, mergeTable } from './merge-table.ts';

const memoryLimit = 1 << 18;
const none = 0x7ffffffe;

/** What `ScoredMerges` merges. */
export interface ScoredSymbols {
  /** Texts of the symbols. Those of tokens have the ids of the tokens, others follow. */
  readonly texts: readonly (string | undefined)[];
  readonly idOf: (text: string) => number | undefined;
  /** Score of each token. */
  readonly scores: Float64Array;
  /** Tokens that a merge into which may be taken back. */
  readonly isUnused: (id: number) => boolean;
}

/**
 * Two symbols merge when their texts together are a token, the one with the highest score first. Pairs are looked up
 * when they first occur, and remembered up to a limit.
 */
export class ScoredMerges implements Merges {
  readonly rankEnd: number;
  /** The two symbols that were last offered to become each unused token. */
  readonly splits = new Map<number, readonly [number, number]>();
  readonly #symbols: ScoredSymbols;
  readonly #ranks: Int32Array;
  #memory = mergeTable(memoryLimit);
  #count = 0;
  #merged = -1;
  #found: Merges = this;

  constructor(symbols: ScoredSymbols) {
    this.#symbols = symbols;
    const { scores } = symbols;
    const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
    this.#ranks = new Int32Array(scores.length);
    let rank = 0;
    for (const [at, id] of order.entries()) {
      if (at > 0 && scores[id] !== scores[order[at - 1]!]) rank++;
      this.#ranks[id] = rank;
    }
    this.rankEnd = rank + 1;
  }

  rank(left: number, right: number): number {
    const { texts, idOf, isUnused } = this.#symbols;
    this.#found = this.#memory;
    const known = this.#memory.rank(left, right);
    if (known >= 0) return known === none ? -1 : known;
    const first = texts[left];
    const second = texts[right];
    const id = first === undefined || second === undefined ? undefined : idOf(first + second);
    const rank = id === undefined ? none : this.#ranks[id]!;
    if (id !== undefined && isUnused(id)) {
      this.splits.set(id, [left, right]);
      this.#found = this;
      this.#merged = id;
      return rank;
    }
    if (this.#count++ === memoryLimit) {
      this.#memory = mergeTable(memoryLimit);
      this.#count = 1;
    }
    this.#memory.add(left, right, rank, id ?? -1, false);
    return this.rank(left, right);
  }

  merged(): number {
    return this.#found === this ? this.#merged : this.#memory.merged();
  }
}
