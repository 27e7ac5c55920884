import { MergeBuckets } from './merge-buckets.ts';
import type { Merges } from './merge-table.ts';
import { MinHeap } from './min-heap.ts';

const positionSpan = 2 ** 32;
/** A bucket per rank pays from this many symbols on, and from this part of the number of ranks. */
const bucketLength = 8192;
const bucketShare = 1 / 32;
const keptLength = 1 << 16;

/** Four numbers per symbol, for locality: id, next symbol, symbol before, and rank of the merge with the next. */
let symbols = new Int32Array(0);

/**
 * The same as `mergeShort` for long pieces: candidate pairs over a linked list of symbols come from a heap, in
 * O(n log n). In very long pieces, candidates of a higher rank than the one at work, which is nearly all of them,
 * wait in a bucket per rank instead. Candidates that a merge has made stale are dropped when they come up.
 */
export function mergeLong(ids: number[], starts: number[], count: number, table: Merges): number {
  if (4 * count > symbols.length) symbols = new Int32Array(4 * count);
  const list = symbols;
  const end = 4 * count;
  const heap = new MinHeap();
  const useHeap = count < Math.max(bucketLength, table.rankEnd * bucketShare);
  for (let at = end - 4, right = -1; at >= 0; at -= 4) {
    const id = ids[at >> 2]!;
    list[at] = id;
    list[at + 1] = at + 4;
    list[at + 2] = at - 4;
    const rank = right < 0 ? -1 : table.rank(id, right);
    list[at + 3] = rank;
    right = id;
    if (rank >= 0 && useHeap) heap.push(rank * positionSpan + at);
  }
  const buckets = useHeap ? undefined : new MergeBuckets(table.rankEnd, list, end, 2 * count);

  const offer = (left: number, right: number) => {
    const rank = table.rank(list[left]!, list[right]!);
    list[left + 3] = rank;
    if (rank < 0) return;
    if (buckets && rank > buckets.rank) buckets.add(rank, left);
    else heap.push(rank * positionSpan + left);
  };
  for (;;) {
    let key = heap.size > 0 ? heap.smallest : Number.POSITIVE_INFINITY;
    const waiting = buckets ? buckets.first() : Number.POSITIVE_INFINITY;
    if (waiting < key) {
      key = waiting;
      buckets?.drop();
    } else if (heap.size > 0) {
      heap.pop();
    } else {
      break;
    }
    const rank = Math.floor(key / positionSpan);
    const left = key - rank * positionSpan;
    if (list[left + 3] !== rank) continue;
    const right = list[left + 1]!;
    table.rank(list[left]!, list[right]!);
    list[left] = table.merged();
    list[right + 3] = list[left + 3] = -1;
    const after = list[right + 1]!;
    list[left + 1] = after;
    if (after < end) {
      list[after + 2] = left;
      offer(left, after);
    }
    const before = list[left + 2]!;
    if (before >= 0) offer(before, left);
  }

  let kept = 0;
  const stop = starts[count]!;
  for (let at = 0; at < end; at = list[at + 1]!) {
    ids[kept] = list[at]!;
    starts[kept++] = starts[at >> 2]!;
  }
  starts[kept] = stop;
  if (count > keptLength) symbols = new Int32Array(0);
  return kept;
}
