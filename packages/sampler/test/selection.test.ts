import { describe, expect, it } from 'vitest';
import { exponential } from '../src/exponential.ts';
import {
  createCandidates,
  createRandom,
  keepMinP,
  keepTopK,
  keepTopP,
  loadCandidates,
} from '../src/index.ts';

const random = createRandom(11);
const SIZE = 5000;
const shapes: Record<string, Float32Array> = {
  random: Float32Array.from({ length: SIZE }, () => random.nextFloat() * 20 - 10),
  'many ties': Float32Array.from({ length: SIZE }, () => Math.floor(random.nextFloat() * 12)),
  ascending: Float32Array.from({ length: SIZE }, (_, i) => i / 500),
  descending: Float32Array.from({ length: SIZE }, (_, i) => -i / 500),
  'any bits': new Float32Array(Uint32Array.from({ length: SIZE }, () => random.nextUint32()).buffer).map(
    (x) => (Number.isFinite(x) ? x : Number.NEGATIVE_INFINITY),
  ),
};

/** Finite ids by falling logit, equal ones by rising id: what a full sort would do. */
const ranked = (logits: Float32Array): number[] =>
  Array.from(logits.keys())
    .filter((id) => logits[id] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => logits[b]! - logits[a]! || a - b);

function run(
  logits: Float32Array,
  ...steps: ((candidates: ReturnType<typeof createCandidates>) => void)[]
): number[] {
  const candidates = createCandidates(logits.length);
  loadCandidates(candidates, logits.slice());
  for (const step of steps) step(candidates);
  return Array.from(candidates.ids.subarray(0, candidates.count));
}

describe.each(Object.entries(shapes))('selection without sorting, %s', (_name, logits) => {
  const order = ranked(logits);
  const rising = (ids: number[]) => ids.toSorted((a, b) => a - b);

  // 1 to 70: with the maxima of 79 blocks; 80 to 256: heap alone; beyond: radix.
  it.each([1, 2, 64, 70, 80, 256, 257, 1000, 4999])('top-k %d equals a full sort', (k) => {
    expect(run(logits, (candidates) => keepTopK(candidates, k))).toEqual(rising(order.slice(0, k)));
  });

  it.each([1e-12, 0.3, 0.77, 0.9999, 1 - 1e-12])('top-p %d equals a full sort', (p) => {
    const maximum = logits[order[0]!]!;
    const weights = order.map((id) => Math.exp(logits[id]! - maximum));
    const total = weights.reduceRight((sum, weight) => sum + weight, 0);
    let sum = 0;
    const end = weights.findIndex((weight) => (sum += weight) >= p * total * (1 - 1e-14));
    const kept = run(logits, (candidates) => keepTopP(candidates, p));
    if (p < 0.99999) expect(kept).toEqual(rising(order.slice(0, end + 1)));
    else expect(Math.abs(kept.length - end - 1)).toBeLessThanOrEqual(2);
  });

  it('steps after a step see what it left', () => {
    const kept = run(
      logits,
      (candidates) => keepTopK(candidates, 500),
      (candidates) => keepTopK(candidates, 300),
      (candidates) => keepMinP(candidates, 1e-300),
      (candidates) => keepTopK(candidates, 20),
    );
    const least = logits[order[0]!]! + Math.log(1e-300);
    expect(kept).toEqual(rising(order.slice(0, 20).filter((id) => logits[id]! >= least)));
  });
});

it('exponential agrees with Math.exp over its whole range', () => {
  for (let x = -744; x <= 0; x += 0.0137) {
    const expected = Math.exp(x);
    expect(Math.abs(exponential(x) - expected)).toBeLessThanOrEqual(2e-15 * expected + 5e-324);
  }
  expect(exponential(0)).toBe(1);
  expect(exponential(-1)).toBe(0.36787944117144233);
  expect(exponential(-746)).toBe(0);
  expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
});
