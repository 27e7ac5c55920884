import { describe, expect, it } from 'vitest';
import {
  applyPenalties,
  applyTemperature,
  type Candidates,
  createCandidates,
  keepMinP,
  keepTopK,
  keepTopP,
  loadCandidates,
  logprobs,
} from '../src/index.ts';
import { floats, goldenCases, idsOf, integers } from './golden-cases.ts';

/** Ids that are left after `step`, checked to carry the logits they came with. */
function idsAfter(logits: Float32Array, step: (candidates: Candidates) => void): number[] {
  const candidates = createCandidates(logits.length);
  loadCandidates(candidates, logits.slice());
  step(candidates);
  const all = Array.from(logits.keys()).filter((id) => logits[id] !== Number.NEGATIVE_INFINITY);
  if (candidates.whole) return all;
  const ids = Array.from(candidates.ids.subarray(0, candidates.count));
  expect(Array.from(candidates.logits.subarray(0, ids.length))).toEqual(ids.map((id) => logits[id]));
  return ids;
}

/** Both sets, equal but for which of several equal logits at the boundary are in them. */
function expectSameButTies(logits: Float32Array, actual: number[], expected: number[]): void {
  const sorted = (ids: number[]) => ids.map((id) => logits[id]! + 0).sort((a, b) => a - b);
  expect(sorted(actual)).toEqual(sorted(expected));
  const boundary = Math.min(...sorted(expected));
  const above = (ids: number[]) => ids.filter((id) => logits[id]! > boundary);
  expect(above(actual)).toEqual(above(expected));
  const ties = actual.filter((id) => logits[id] === boundary);
  const first = Array.from(logits.keys()).filter((id) => logits[id] === boundary);
  expect(ties).toEqual(first.slice(0, ties.length));
}

describe.each(goldenCases)('%s logits', (_name, golden) => {
  const logits = floats(golden.logits);

  it.each(Object.keys(golden.topK).map(Number))('top-k %d', (k) => {
    const ids = idsAfter(logits, (candidates) => keepTopK(candidates, k));
    const expected = idsOf(golden.topK[k]!);
    // The reference keeps every token equal to the k-th; this package keeps k, the lowest ids first.
    const byRank = expected.toSorted((a, b) => logits[b]! - logits[a]! || a - b);
    expect(ids).toEqual(byRank.slice(0, k).sort((a, b) => a - b));
  });

  it.each(Object.keys(golden.topP).map(Number))('top-p %d', (p) => {
    expectSameButTies(
      logits,
      idsAfter(logits, (candidates) => keepTopP(candidates, p)),
      idsOf(golden.topP[p]!),
    );
  });

  it.each(Object.keys(golden.minP))('min-p %s', (p) => {
    const ids = idsAfter(logits, (candidates) => keepMinP(candidates, Number(p)));
    expect(ids).toEqual(idsOf(golden.minP[p]!));
  });

  it.each(Object.keys(golden.temperature).map(Number))('temperature %d', (temperature) => {
    const candidates = createCandidates(logits.length);
    loadCandidates(candidates, logits.slice());
    applyTemperature(candidates, temperature);
    const weights = Array.from(candidates.logits, Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const expected = floats(golden.temperature[temperature]!);
    for (const [id, weight] of weights.entries()) {
      // Logits are float32: half a unit in their last place is this much of a probability.
      const tolerance = 1e-6 + 1.2e-7 * Math.abs(Math.log(expected[id]! + 1e-40));
      expect(Math.abs(weight / total - expected[id]!)).toBeLessThan(tolerance * expected[id]! + 1e-30);
    }
  });

  it.each(Object.keys(golden.repetition).map(Number))('repetition penalty %d', (repetitionPenalty) => {
    const tokens = integers(golden.tokens);
    const counts = new Uint32Array(logits.length);
    const penalties = { repetitionPenalty, frequencyPenalty: 0, presencePenalty: 0, penaltyWindow: -1 };
    const actual = logits.slice();
    applyPenalties(actual, tokens, tokens.length, penalties, counts);
    const expected = floats(golden.repetition[repetitionPenalty]!);
    expect(actual.map((x) => x + 0)).toEqual(expected.map((x) => x + 0));
    expect(counts.every((count) => count === 0)).toBe(true);
  });

  it('log probabilities', () => {
    const [best] = golden.logprobs[0]!;
    const { token, logprob, top } = logprobs(logits, best, golden.logprobs.length);
    expect([token, logprob]).toEqual([top[0]!.token, top[0]!.logprob]);
    expect(top.map((entry) => entry.token)).toEqual(golden.logprobs.map(([id]) => id));
    for (const [rank, [, expected]] of golden.logprobs.entries())
      expect(Math.abs(top[rank]!.logprob - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));
  });
});

// Vectors with equal logits at the end of the top 40 have no chain: transformers keeps more than 40 of them.
it.each(goldenCases.filter(([, golden]) => golden.chain.length > 0))(
  'chain of steps, %s logits',
  (_name, golden) => {
    const logits = floats(golden.logits);
    const tokens = integers(golden.tokens);
    const penalized = logits.slice();
    const penalties = {
      repetitionPenalty: 1.1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      penaltyWindow: 64,
    };
    applyPenalties(penalized, tokens, tokens.length, penalties, new Uint32Array(logits.length));
    const candidates = createCandidates(logits.length);
    loadCandidates(candidates, penalized);
    keepTopK(candidates, 40);
    keepTopP(candidates, 0.9);
    keepMinP(candidates, 0.043);
    applyTemperature(candidates, 0.8);
    const weights = Array.from(candidates.logits.subarray(0, candidates.count), Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const actual = weights.map((weight, index): [number, number] => [candidates.ids[index]!, weight / total]);
    expect(actual.filter(([, probability]) => probability > 0).map(([id]) => id)).toEqual(
      golden.chain.map(([id]) => id),
    );
    const expected = new Map(golden.chain);
    for (const [id, probability] of actual)
      expect(Math.abs(probability - (expected.get(id) ?? 0))).toBeLessThan(1e-6);
  },
);
