/** Binary heap of numbers, smallest first. */
export class MinHeap {
  #keys = new Float64Array(256);
  size = 0;

  /** The heap must not be empty. */
  get smallest(): number {
    return this.#keys[0]!;
  }

  push(key: number): void {
    if (this.size === this.#keys.length) {
      const old = this.#keys;
      this.#keys = new Float64Array(2 * old.length);
      this.#keys.set(old);
    }
    const keys = this.#keys;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      i = parent;
    }
    keys[i] = key;
  }

  /** Removes the smallest key. The heap must not be empty. */
  pop(): void {
    const keys = this.#keys;
    const key = keys[--this.size]!;
    const { size } = this;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
  }
}
