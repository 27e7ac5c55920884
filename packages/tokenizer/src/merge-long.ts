import type { MergeTable } from './merge-table.ts';
import { MinHeap } from './min-heap.ts';

const positionSpan = 2 ** 32;

/**
 * The same as `mergeShort` in O(n log n): a heap of candidate pairs over a linked list of symbols. Candidates that
 * a merge has made stale are dropped when they come up.
 */
export function mergeLong(ids: Int32Array, starts: Int32Array, count: number, table: MergeTable): number {
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  const heap = new MinHeap(2 * count);
  for (let i = 0; i < count; i++) {
    next[i] = i + 1;
    previous[i] = i - 1;
    const rank = i + 1 < count ? table.rank(ids[i]!, ids[i + 1]!) : -1;
    if (rank >= 0) heap.append(rank * positionSpan + i);
  }
  heap.order();

  const offer = (left: number, right: number) => {
    const rank = table.rank(ids[left]!, ids[right]!);
    if (rank >= 0) heap.push(rank * positionSpan + left);
  };
  while (heap.size > 0) {
    const key = heap.pop();
    const rank = Math.floor(key / positionSpan);
    const left = key - rank * positionSpan;
    const right = next[left]!;
    if (ids[left]! < 0 || right >= count || table.rank(ids[left]!, ids[right]!) !== rank) continue;
    ids[left] = table.merged();
    ids[right] = -1;
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
  return kept;
}
