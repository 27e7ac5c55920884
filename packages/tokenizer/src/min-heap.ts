/** Binary heap of numbers, smallest first. */
export class MinHeap {
  #keys: Float64Array;
  size = 0;

  /** @param capacity how many keys there is room for at first */
  constructor(capacity = 256) {
    this.#keys = new Float64Array(Math.max(capacity, 1));
  }

  /** The heap must not be empty. */
  get smallest(): number {
    return this.#keys[0]!;
  }

  /** Adds a key without keeping order; call `order` before the first `pop`. */
  append(key: number): void {
    if (this.size === this.#keys.length) {
      const keys = this.#keys;
      this.#keys = new Float64Array(2 * keys.length);
      this.#keys.set(keys);
    }
    this.#keys[this.size++] = key;
  }

  order(): void {
    for (let i = (this.size >> 1) - 1; i >= 0; i--) this.#sink(i, this.#keys[i]!);
  }

  push(key: number): void {
    this.append(key);
    const keys = this.#keys;
    let i = this.size - 1;
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
    this.#sink(0, this.#keys[--this.size]!);
    return smallest;
  }

  #sink(i: number, key: number): void {
    const keys = this.#keys;
    const { size } = this;
    for (let child = 2 * i + 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
  }
}
