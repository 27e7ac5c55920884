import type { Cut } from './candidates.ts';

/**
 * Finds where the `k` largest of `logits[0, count)` end, in one pass with a heap of the `k` largest so far. Takes
 * O(count) on ordinary input and O(count log k) on ascending input.
 *
 * @param k in [1, count]
 * @param heap scratch of at least `k` entries
 */
export function heapThreshold(
  logits: Float32Array | Float64Array,
  count: number,
  k: number,
  heap: Float32Array,
  cut: Pick<Cut, 'threshold' | 'ties'>,
): void {
  for (let i = 0; i < k; i++) heap[i] = logits[i]!;
  for (let i = (k >> 1) - 1; i >= 0; i--) siftDown(heap, k, i);
  let smallest = heap[0]!;
  for (let i = k; i < count; i++) {
    const logit = logits[i]!;
    if (logit > smallest) {
      heap[0] = logit;
      siftDown(heap, k, 0);
      smallest = heap[0]!;
    }
  }
  let ties = 0;
  for (let i = 0; i < k; i++) if (heap[i] === smallest) ties++;
  cut.threshold = smallest;
  cut.ties = ties;
}

/** Sorts a heap of `size` entries whose smallest is first, as `heapThreshold` leaves it: the largest comes first. */
export function sortHeap(heap: Float32Array, size: number): void {
  for (let end = size - 1; end > 0; end--) {
    const last = heap[end]!;
    heap[end] = heap[0]!;
    heap[0] = last;
    siftDown(heap, end, 0);
  }
}

/** Restores the order below entry `index` of a heap of `size` entries whose smallest is first. */
function siftDown(heap: Float32Array, size: number, index: number): void {
  const value = heap[index]!;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
    const smaller = heap[child]!;
    if (smaller >= value) break;
    heap[index] = smaller;
    index = child;
  }
  heap[index] = value;
}
