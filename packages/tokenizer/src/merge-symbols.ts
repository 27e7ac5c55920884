import { MinHeap } from './min-heap.ts';

/** Tells which neighbours merge. */
export interface SymbolPairs {
  /**
   * @param left @param right ids of two symbols
   * @param start @param end the part of the text that both are together
   * @returns the rank of their merge, the lowest first, below 2^22; or -1 when they do not merge
   */
  rank(left: number, right: number, start: number, end: number): number;
  /** The id made by the merge that the last call of `rank` found. */
  merged(): number;
}

const positionSpan = 2 ** 31;

/**
 * Merges the pair of lowest rank, the leftmost of equals, until none is left, in O(n log n): a heap of candidates over
 * a linked list of symbols. Candidates that a merge has made stale are dropped when they come up.
 *
 * @param ids id of each symbol; overwritten with the result
 * @param starts where each symbol starts, with one entry more for the end; overwritten likewise
 * @returns number of symbols left
 */
export function mergeSymbols(ids: Int32Array, starts: Int32Array, count: number, pairs: SymbolPairs): number {
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  /** Of each symbol and the one after it. */
  const ranks = new Int32Array(count).fill(-1);
  const heap = new MinHeap();
  const offer = (left: number) => {
    const right = next[left]!;
    const rank =
      right < count ? pairs.rank(ids[left]!, ids[right]!, starts[left]!, starts[next[right]!]!) : -1;
    ranks[left] = rank;
    if (rank >= 0) heap.push(rank * positionSpan + left);
  };
  for (let i = count - 1; i >= 0; i--) {
    next[i] = i + 1;
    previous[i] = i - 1;
    offer(i);
  }
  while (heap.size > 0) {
    const key = heap.pop();
    const rank = Math.floor(key / positionSpan);
    const left = key - rank * positionSpan;
    if (ranks[left] !== rank) continue;
    const right = next[left]!;
    const after = next[right]!;
    pairs.rank(ids[left]!, ids[right]!, starts[left]!, starts[after]!);
    ids[left] = pairs.merged();
    ranks[right] = -1;
    next[left] = after;
    if (after < count) previous[after] = left;
    offer(left);
    if (previous[left]! >= 0) offer(previous[left]!);
  }
  let kept = 0;
  const end = starts[count]!;
  for (let i = 0; i < count; i = next[i]!) {
    ids[kept] = ids[i]!;
    starts[kept++] = starts[i]!;
  }
  starts[kept] = end;
  return kept;
}
