import { type Merges, mergeTable } from './merge-table.ts';
import { TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

const memoryLimit = 1 << 18;
const none = 0x7ffffffe;

/**
 * The merges of a vocabulary of ranks: any two tokens whose bytes together are a token merge into it, at the rank
 * that is its id. Pairs are looked up when they first occur, and remembered up to a limit.
 *
 * Source: `byte_pair_merge` in src/lib.rs of https://github.com/openai/tiktoken
 */
export class RankMerges implements Merges {
  readonly rankEnd: number;
  readonly #vocabulary: Vocabulary;
  #memory = mergeTable(memoryLimit);
  #count = 0;
  #merged = -1;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.rankEnd = vocabulary.size;
  }

  rank(left: number, right: number): number {
    let rank = this.#memory.rank(left, right);
    if (rank < 0) {
      const { index, kinds, tokens } = this.#vocabulary;
      const id = index.find(tokens[left]! + tokens[right]!);
      rank = kinds[id] === TokenKind.normal ? id : none;
      if (this.#count++ === memoryLimit) {
        this.#memory = mergeTable(memoryLimit);
        this.#count = 1;
      }
      this.#memory.add(left, right, rank, id, false);
    }
    this.#merged = rank;
    return rank === none ? -1 : rank;
  }

  merged(): number {
    return this.#merged;
  }
}
