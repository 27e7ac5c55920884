/** Binary heap of numbers with a fixed capacity, smallest first. */
export class MinHeap {
  readonly #keys: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  /** Adds a key without keeping order; call `order` before the first `pop`. */
  append(key: number): void {
    this.#keys[this.size++] = key;
  }

  order(): void {
    for (let i = (this.size >> 1) - 1; i >= 0; i--) this.#sink(i, this.#keys[i]!);
  }

  push(key: number): void {
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

  /** Removes and returns the smallest key. The heap must not be empty. */
  pop(): number {
    const smallest = this.#keys[0]!;
    const last = this.#keys[--this.size]!;
    if (this.size > 0) this.#sink(0, last);
    return smallest;
  }

  #sink(i: number, key: number): void {
    const keys = this.#keys;
    const { size } = this;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
  }
}
