import { describe, expect, it } from 'vitest';
import { createRandom, createSampler } from '../src/index.ts';

/** Pearson's statistic of `counts` against `probabilities`. */
function chiSquare(counts: number[], probabilities: number[]): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count, i) => sum + (count - draws * probabilities[i]!) ** 2 / (draws * probabilities[i]!),
    0,
  );
}

function drawMany(options: Parameters<typeof createSampler>[0], weights: number[], draws: number): number[] {
  const sampler = createSampler(options);
  const counts = weights.map(() => 0);
  const logits = new Float32Array(weights.length);
  for (let i = 0; i < draws; i++) {
    for (const [id, weight] of weights.entries()) logits[id] = Math.log(weight);
    counts[sampler.sample(logits, new Uint32Array(0), 0)]!++;
  }
  return counts;
}

// Fixed seeds make these deterministic. The bounds are exceeded with probability 0.001 by a correct sampler.
describe('distribution of drawn tokens', () => {
  const weights = [1, 2, 3, 4, 10, 20, 25, 35];
  const probabilities = (raw: number[]) => raw.map((x) => x / raw.reduce((sum, y) => sum + y, 0));

  it.each([1, 2, 3])('follows the softmax, seed %d', (seed) => {
    const counts = drawMany({ temperature: 1, seed }, weights, 40_000);
    expect(chiSquare(counts, probabilities(weights))).toBeLessThan(24.3);
  });

  it('follows the softmax at another temperature', () => {
    const counts = drawMany({ temperature: 2, seed: 4 }, weights, 40_000);
    expect(chiSquare(counts, probabilities(weights.map(Math.sqrt)))).toBeLessThan(24.3);
  });

  it('is renormalised over the tokens that top-k leaves', () => {
    const counts = drawMany({ temperature: 1, topK: 3, seed: 5 }, weights, 40_000);
    expect(counts.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(chiSquare(counts.slice(5), probabilities([20, 25, 35]))).toBeLessThan(13.8);
  });

  it('never draws a masked token', () => {
    const counts = drawMany({ temperature: 1, seed: 6 }, [0, 1, 0, 1, 0], 2000);
    expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0]);
    expect(chiSquare([counts[1]!, counts[3]!], [0.5, 0.5])).toBeLessThan(10.9);
  });

  it('is told apart from a wrong distribution', () => {
    const counts = drawMany({ temperature: 1.1, seed: 7 }, weights, 40_000);
    expect(chiSquare(counts, probabilities(weights))).toBeGreaterThan(100);
  });
});

describe('createRandom', () => {
  it('gives the published numbers of PCG32 for seed 42, stream 54', () => {
    const random = createRandom(42);
    const numbers = Array.from({ length: 6 }, () => random.nextUint32());
    expect(numbers).toEqual([0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]);
  });

  it.each([0, 1, 0x7fffffff, 0xffffffff])('agrees with 64-bit arithmetic for seed %d', (seed) => {
    const mask = (1n << 64n) - 1n;
    const step = (state: bigint) => (state * 6364136223846793005n + 109n) & mask;
    let state = step((step(0n) + BigInt(seed)) & mask);
    const random = createRandom(seed);
    for (let i = 0; i < 1000; i++) {
      const word = Number((((state >> 18n) ^ state) >> 27n) & 0xffffffffn);
      const rotation = Number(state >> 59n);
      expect(random.nextUint32()).toBe(((word >>> rotation) | (word << (-rotation & 31))) >>> 0);
      state = step(state);
    }
  });

  it('gives floats in [0, 1) evenly', () => {
    const random = createRandom(1);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 32_000; i++) counts[Math.floor(random.nextFloat() * 16)]!++;
    expect(chiSquare(counts, new Array<number>(16).fill(1 / 16))).toBeLessThan(37.7);
  });

  it('rejects what is no seed', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 32])
      expect(() => createRandom(seed)).toThrow(/seed: must be/);
  });
});
