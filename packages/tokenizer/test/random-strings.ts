import { readFileSync } from 'node:fs';

interface StringPools {
  readonly pools: readonly (readonly string[])[];
  readonly ranges: readonly (readonly [number, number])[];
}

const { pools, ranges } = JSON.parse(
  readFileSync(new URL('fixtures/string-pools.json', import.meta.url), 'utf8'),
) as StringPools;

/** The parts of the strings, by kind. */
export const stringPools = pools;

/** mulberry32. @returns a function that gives an integer in `[0, limit)` */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) * limit) / 2 ** 32);
  };
}

/** Makes the same string as `random_string` in tooling/reference/tokenizer_strings.py. */
export function randomString(seed: number, index: number): string {
  const below = randomIntegers(seed + Math.imul(index, 0x9e3779b9));
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let text = '';
  for (let parts = below(20); parts > 0; parts--) {
    const kind = below(8);
    if (kind === 0) {
      const [first, last] = pick(ranges);
      text += String.fromCodePoint(first + below(last - first + 1));
    } else {
      const item = pick(pick(pools));
      text += kind === 1 ? item.repeat(1 + below(6)) : item;
    }
  }
  return text;
}

/** 32-bit FNV-1a over 32-bit words. */
export function fnv1a(words: Iterable<number>): number {
  let value = 0x811c9dc5;
  for (const word of words) value = Math.imul(value ^ word, 0x01000193);
  return value >>> 0;
}
