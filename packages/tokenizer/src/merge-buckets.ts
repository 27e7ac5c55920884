/** Candidates of merges, a bucket per rank, for ranks that come up in ascending order. */
export interface MergeBuckets {
  /** Whether candidates of a rank can still be added: whether it is higher than the one at work. */
  takes(rank: number): boolean;
  add(rank: number, position: number): void;
  /** Rank and position of the first candidate as `rank * 2 ** 32 + position`; infinity without one. */
  first(): number;
  /** Drops the first candidate. */
  drop(): void;
}

/**
 * @param rankEnd all ranks are lower
 * @param symbols every fourth number is a rank or -1, and its place less 3 the position
 * @param end of `symbols`
 */
export function mergeBuckets(rankEnd: number, symbols: Int32Array, end: number): MergeBuckets {
  /** Where the first candidates of each rank end in `sorted`. */
  const ends = new Int32Array(rankEnd + 1);
  for (let i = 3; i < end; i += 4) ends[symbols[i]! + 1]!++;
  ends[0] = 0;
  for (let rank = 0; rank < rankEnd; rank++) ends[rank + 1]! += ends[rank]!;
  /** Positions of the first candidates, by rank. */
  const sorted = new Int32Array(ends[rankEnd]!);
  for (let i = 3; i < end; i += 4) if (symbols[i]! >= 0) sorted[ends[symbols[i]!]!++] = i - 3;
  /** Of candidates added later, the last node of each rank plus one. */
  const heads = new Int32Array(rankEnd);
  /** Two numbers per node: its position, and the node before it in its bucket plus one. A merge adds at most two. */
  const nodes = new Int32Array(end);
  let nodeEnd = 0;
  let current = -1;
  let begin = 0;
  /** Positions of the rank at work. */
  let batch = sorted;
  let at = 0;
  let stop = 0;
  return {
    takes: (rank) => rank > current,
    add(rank, position) {
      nodes[nodeEnd++] = position;
      nodes[nodeEnd++] = heads[rank]!;
      heads[rank] = nodeEnd >> 1;
    },
    first() {
      while (at === stop) {
        if (++current >= rankEnd) return Number.POSITIVE_INFINITY;
        batch = sorted;
        at = begin;
        stop = begin = ends[current]!;
        if (heads[current] === 0) continue;
        const positions = Array.from(sorted.subarray(at, stop));
        for (let node = heads[current]!; node > 0; node = nodes[2 * node - 1]!)
          positions.push(nodes[2 * node - 2]!);
        batch = Int32Array.from(positions).sort();
        at = 0;
        stop = batch.length;
      }
      return current * 2 ** 32 + batch[at]!;
    },
    drop() {
      at++;
    },
  };
}
