import { MergeBuckets } from './merge-buckets.ts';
import type { MergeTable } from './merge-table.ts';
import { MinHeap } from './min-heap.ts';

const positionSpan = 2 ** 32;
/** From this many symbols on, clearing a bucket per rank pays. */
const sweepLength = 8192;
const keptLength = 1 << 16;

let next = new Int32Array(0);
let previous = new Int32Array(0);
let ranks = new Int32Array(0);
const heap = new MinHeap();

/**
 * The same as `mergeShort` for long pieces: candidate pairs over a linked list of symbols come from a heap, in
 * O(n log n). In very long pieces, candidates of a higher rank than the one at work, which is nearly all of them,
 * wait in a bucket per rank instead. Candidates that a merge has made stale are dropped when they come up.
 */
export function mergeLong(ids: Int32Array, starts: Int32Array, count: number, table: MergeTable): number {
  if (count > next.length) {
    next = new Int32Array(count);
    previous = new Int32Array(count);
    ranks = new Int32Array(count);
  }
  const buckets = count < sweepLength ? undefined : new MergeBuckets(table.rankEnd, 3 * count);
  const offer = (left: number, right: number) => {
    const rank = table.rank(ids[left]!, ids[right]!);
    ranks[left] = rank;
    if (rank < 0) return;
    if (buckets && rank > buckets.rank) buckets.add(rank, left);
    else heap.push(rank * positionSpan + left);
  };
  for (let i = count - 1; i >= 0; i--) {
    next[i] = i + 1;
    previous[i] = i - 1;
    if (i + 1 < count) offer(i, i + 1);
    else ranks[i] = -1;
  }
  for (;;) {
    const waiting = buckets ? buckets.first() : Number.POSITIVE_INFINITY;
    if (heap.size === 0 && waiting === Number.POSITIVE_INFINITY) break;
    const key = heap.size > 0 && heap.smallest <= waiting ? heap.pop() : waiting;
    if (key === waiting) buckets?.drop();
    const rank = Math.floor(key / positionSpan);
    const left = key - rank * positionSpan;
    if (ranks[left] !== rank) continue;
    const right = next[left]!;
    table.rank(ids[left]!, ids[right]!);
    ids[left] = table.merged();
    ranks[right] = ranks[left] = -1;
    const after = next[right]!;
    next[left] = after;
    if (after < count) {
      previous[after] = left;
      offer(left, after);
    }
    if (previous[left]! >= 0) offer(previous[left]!, left);
  }

  let kept = 0;
  const end = starts[count]!;
  for (let i = 0; i < count; i = next[i]!) {
    ids[kept] = ids[i]!;
    starts[kept++] = starts[i]!;
  }
  starts[kept] = end;
  if (count > keptLength) next = previous = ranks = new Int32Array(0);
  return kept;
}
