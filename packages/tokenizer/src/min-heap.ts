/** Binary heap of numbers. */
export interface MinHeap {
  /** The smallest number; infinity without any. */
  smallest(): number;
  push(key: number): void;
  /** Removes the smallest number, of which there must be one. */
  pop(): void;
}

export function minHeap(): MinHeap {
  let keys = new Float64Array(256);
  let size = 0;
  return {
    smallest: () => (size > 0 ? keys[0]! : Number.POSITIVE_INFINITY),
    push(key) {
      if (size === keys.length) {
        const old = keys;
        keys = new Float64Array(2 * size);
        keys.set(old);
      }
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (keys[parent]! <= key) break;
        keys[at] = keys[parent]!;
        at = parent;
      }
      keys[at] = key;
    },
    pop() {
      const key = keys[--size]!;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
        if (keys[child]! >= key) break;
        keys[at] = keys[child]!;
        at = child;
      }
      keys[at] = key;
    },
  };
}
