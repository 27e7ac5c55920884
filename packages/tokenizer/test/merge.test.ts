import { describe, expect, it } from 'vitest';
import { mergeLong } from '../src/merge-long.ts';
import { mergeShort, shortLength } from '../src/merge-short.ts';
import { mergeTable } from '../src/merge-table.ts';
import { randomIntegers } from './random-strings.ts';

interface Merge {
  readonly left: number;
  readonly right: number;
  readonly rank: number;
  readonly merged: number;
}

/** The definition: the pair of lowest rank, the leftmost of equals, until none is left. */
function mergeNaively(ids: readonly number[], merges: readonly Merge[]): number[][] {
  const byPair = new Map(merges.map((merge) => [merge.left * 4096 + merge.right, merge]));
  const symbols = ids.map((id, start) => [id, start]);
  for (;;) {
    let best = -1;
    let found: Merge | undefined;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const merge = byPair.get(symbols[i]![0]! * 4096 + symbols[i + 1]![0]!);
      if (merge && merge.rank < (found?.rank ?? Number.POSITIVE_INFINITY)) {
        found = merge;
        best = i;
      }
    }
    if (!found) return symbols;
    symbols[best]![0] = found.merged;
    symbols.splice(best + 1, 1);
  }
}

/**
 * Merges over an alphabet, as no training would make them: a token may be made after tokens that contain it, by
 * several merges, and merges may share a rank.
 */
function randomMerges(seed: number, alphabet: number, count: number, sharedRanks: boolean): Merge[] {
  const below = randomIntegers(seed);
  const merges = new Map<number, Merge>();
  const order = Array.from({ length: count }, (_, i) => i).sort(() => below(3) - 1);
  let tokens = alphabet;
  for (let i = 0; i < count; i++) {
    const left = below(tokens);
    const right = below(3) === 0 ? left : below(tokens);
    const merged = below(4) === 0 && tokens > alphabet ? alphabet + below(tokens - alphabet) : tokens++;
    const rank = sharedRanks ? merged : order[i]!;
    if (!merges.has(left * 4096 + right)) merges.set(left * 4096 + right, { left, right, rank, merged });
  }
  return [...merges.values()];
}

function run(merge: typeof mergeLong, ids: readonly number[], merges: readonly Merge[]): number[][] {
  const table = mergeTable(merges.length);
  for (const { left, right, rank, merged } of merges) table.add(left, right, rank, merged, true);
  const symbols = [...ids];
  const starts = Array.from({ length: ids.length + 1 }, (_, i) => i);
  const count = merge(symbols, starts, ids.length, table);
  expect(starts[count]).toBe(ids.length);
  return Array.from({ length: count }, (_, i) => [symbols[i]!, starts[i]!]);
}

describe('merging', () => {
  it('of short pieces, by scanning and by heap, is that of the definition', () => {
    for (let seed = 0; seed < 600; seed++) {
      const below = randomIntegers(seed + 1000);
      const alphabet = 1 + below(4);
      const merges = randomMerges(seed, alphabet, 1 + below(60), seed % 2 === 0);
      const ids = Array.from({ length: below(shortLength + 1) }, () => below(alphabet));
      const expected = mergeNaively(ids, merges);
      expect(run(mergeShort, ids, merges)).toEqual(expected);
      expect(run(mergeLong, ids, merges)).toEqual(expected);
    }
  });

  it('of long pieces, by heap and by buckets, is that of the definition', () => {
    for (const [seed, length] of [500, 900, 8191, 8192, 9000, 10001].entries()) {
      for (const alphabet of [1, 2, 7]) {
        const below = randomIntegers(seed);
        const merges = randomMerges(seed * 10 + alphabet, alphabet, 400, alphabet === 2);
        const ids = Array.from({ length }, () => below(alphabet));
        expect(run(mergeLong, ids, merges)).toEqual(mergeNaively(ids, merges));
      }
    }
  });

  it('does not depend on pieces merged before', () => {
    const merges = randomMerges(3, 3, 100, false);
    const below = randomIntegers(5);
    const long = Array.from({ length: 70_000 }, () => below(3));
    const short = long.slice(0, 300);
    const first = run(mergeLong, short, merges);
    run(mergeLong, long, merges);
    expect(run(mergeLong, short, merges)).toEqual(first);
  });
});
