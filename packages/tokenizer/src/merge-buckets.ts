const positionSpan = 2 ** 32;

/** Candidates of merges, a bucket per rank, for ranks that come up in ascending order. */
export class MergeBuckets {
  /** The rank that is at work; only higher ones may be added. */
  rank = -1;
  /** The last node of each rank plus one. */
  readonly #heads: Int32Array;
  /** The node before each node in its bucket plus one. */
  readonly #nodes: Int32Array;
  readonly #positions: Int32Array;
  #nodeCount = 0;
  /** Positions of the rank at work. */
  #batch = new Int32Array(1024);
  #at = 0;
  #end = 0;

  /** @param rankEnd all ranks are lower @param capacity how many candidates may be added */
  constructor(rankEnd: number, capacity: number) {
    this.#heads = new Int32Array(rankEnd);
    this.#nodes = new Int32Array(capacity);
    this.#positions = new Int32Array(capacity);
  }

  add(rank: number, position: number): void {
    const node = this.#nodeCount++;
    this.#positions[node] = position;
    this.#nodes[node] = this.#heads[rank]!;
    this.#heads[rank] = node + 1;
  }

  /** @returns rank and position of the first candidate as `rank * 2 ** 32 + position`; infinity without one */
  first(): number {
    while (this.#at === this.#end) {
      if (this.rank + 1 >= this.#heads.length) return Number.POSITIVE_INFINITY;
      if (this.#heads[++this.rank] !== 0) this.#fill();
    }
    return this.rank * positionSpan + this.#batch[this.#at]!;
  }

  /** Drops the first candidate. */
  drop(): void {
    this.#at++;
  }

  #fill(): void {
    let count = 0;
    let sorted = true;
    for (let node = this.#heads[this.rank]!; node > 0; node = this.#nodes[node - 1]!) {
      if (count === this.#batch.length) {
        const batch = this.#batch;
        this.#batch = new Int32Array(2 * count);
        this.#batch.set(batch);
      }
      this.#batch[count] = this.#positions[node - 1]!;
      sorted &&= count === 0 || this.#batch[count - 1]! < this.#batch[count]!;
      count++;
    }
    if (!sorted) this.#batch.subarray(0, count).sort();
    this.#at = 0;
    this.#end = count;
  }
}
