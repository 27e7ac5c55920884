const positionSpan = 2 ** 32;

/** Candidates of merges, a bucket per rank, for ranks that come up in ascending order. */
export class MergeBuckets {
  /** The rank that is at work; only higher ones may be added. */
  rank = -1;
  /** Where the first candidates of each rank end in `#first`. */
  readonly #ends: Int32Array;
  /** Positions of the candidates given to the constructor, by rank. */
  readonly #first: Int32Array;
  /** The last node of each rank plus one. */
  readonly #heads: Int32Array;
  /** Two numbers per node: its position, and the node before it in its bucket plus one. */
  readonly #nodes: Int32Array;
  #nodeCount = 0;
  /** Positions of the rank at work. */
  #batch: Int32Array = new Int32Array(0);
  #at = 0;
  #end = 0;

  /**
   * @param rankEnd all ranks are lower
   * @param symbols every fourth number is a rank or -1, and its place less 3 the position
   * @param capacity how many candidates may be added later
   */
  constructor(rankEnd: number, symbols: Int32Array, end: number, capacity: number) {
    const ends = new Int32Array(rankEnd + 1);
    for (let i = 3; i < end; i += 4) ends[symbols[i]! + 1]!++;
    ends[0] = 0;
    for (let rank = 0; rank < rankEnd; rank++) ends[rank + 1]! += ends[rank]!;
    this.#first = new Int32Array(ends[rankEnd]!);
    for (let i = 3; i < end; i += 4) if (symbols[i]! >= 0) this.#first[ends[symbols[i]!]!++] = i - 3;
    this.#ends = ends;
    this.#heads = new Int32Array(rankEnd);
    this.#nodes = new Int32Array(2 * capacity);
  }

  add(rank: number, position: number): void {
    const at = 2 * this.#nodeCount++;
    this.#nodes[at] = position;
    this.#nodes[at + 1] = this.#heads[rank]!;
    this.#heads[rank] = this.#nodeCount;
  }

  /** @returns rank and position of the first candidate as `rank * 2 ** 32 + position`; infinity without one */
  first(): number {
    while (this.#at === this.#end) {
      if (this.rank + 1 >= this.#heads.length) return Number.POSITIVE_INFINITY;
      this.rank++;
      this.#fill();
    }
    return this.rank * positionSpan + this.#batch[this.#at]!;
  }

  /** Drops the first candidate. */
  drop(): void {
    this.#at++;
  }

  #fill(): void {
    const nodes = this.#nodes;
    const { rank } = this;
    const first = this.#first.subarray(rank === 0 ? 0 : this.#ends[rank - 1]!, this.#ends[rank]!);
    this.#batch = first;
    this.#at = 0;
    this.#end = first.length;
    const added: number[] = [];
    for (let node = this.#heads[rank]!; node > 0; node = nodes[2 * node - 1]!)
      added.push(nodes[2 * node - 2]!);
    if (added.length === 0) return;
    this.#end += added.length;
    this.#batch = new Int32Array(this.#end);
    this.#batch.set(first);
    this.#batch.set(added, first.length);
    this.#batch.sort();
  }
}
