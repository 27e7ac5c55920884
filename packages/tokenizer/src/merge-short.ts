import type { Merges } from './merge-table.ts';

/** Pieces of up to this many symbols are merged by `mergeShort`. */
export const shortLength = 48;

const ranks = new Int32Array(shortLength + 1);

/**
 * Byte-pair merging of a short piece: merges the pair of lowest rank, the leftmost of equals, until none is left.
 * Quadratic in the number of symbols, without allocation.
 *
 * @param ids token id of each symbol; overwritten with the result
 * @param starts where each symbol starts, with one entry more for the end; overwritten likewise
 * @param count number of symbols, at most `shortLength`
 * @returns number of symbols left
 */
export function mergeShort(ids: number[], starts: number[], count: number, table: Merges): number {
  for (let i = 0; i + 1 < count; i++) ranks[i] = table.rank(ids[i]!, ids[i + 1]!);
  while (count > 1) {
    let best = -1;
    let lowest = 0x7fffffff;
    for (let i = 0; i + 1 < count; i++) {
      const rank = ranks[i]!;
      if (rank >= 0 && rank < lowest) {
        lowest = rank;
        best = i;
      }
    }
    if (best < 0) break;
    table.rank(ids[best]!, ids[best + 1]!);
    ids[best] = table.merged();
    count--;
    for (let i = best + 1; i < count; i++) {
      ids[i] = ids[i + 1]!;
      starts[i] = starts[i + 1]!;
      ranks[i] = ranks[i + 1]!;
    }
    starts[count] = starts[count + 1]!;
    if (best + 1 < count) ranks[best] = table.rank(ids[best]!, ids[best + 1]!);
    if (best > 0) ranks[best - 1] = table.rank(ids[best - 1]!, ids[best]!);
  }
  return count;
}
