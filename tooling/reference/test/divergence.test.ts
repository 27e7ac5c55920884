import { describe, expect, test } from 'vitest';
import { compareWithGolden, klFromGolden, summarizeDivergence, trueKl } from '../divergence.ts';
import type { GoldenPosition } from '../read-golden.ts';

const reference = [0.5, 0.25, 0.125, 0.0625, 0.0625];
const logprobs = Float32Array.from(reference, Math.log);
const golden: GoldenPosition = {
  topTokens: Uint16Array.of(0, 1),
  topLogprobs: Float32Array.of(Math.log(0.5), Math.log(0.25)),
  restLogMass: Math.log(0.25),
  nextToken: 2,
  nll: Math.log(8),
};
const logitsOf = (probabilities: readonly number[], shift = 0) =>
  Float32Array.from(probabilities, (probability) => Math.log(probability) + shift);

describe('klFromGolden', () => {
  test('is 0 for the same distribution, whatever constant is added to the logits', () => {
    expect(klFromGolden(golden, logitsOf(reference))).toBeCloseTo(0, 7);
    expect(klFromGolden(golden, logitsOf(reference, 500))).toBeCloseTo(0, 5);
    expect(klFromGolden(golden, logitsOf(reference, -500))).toBeCloseTo(0, 5);
  });

  test('equals the sum over the partition, worked out by hand', () => {
    const logits = logitsOf([0.25, 0.25, 0.25, 0.125, 0.125]);
    // 0.5 ln(0.5/0.25) + 0.25 ln(0.25/0.25) + 0.25 ln(0.25/0.5) = 0.25 ln 2
    expect(klFromGolden(golden, logits)).toBeCloseTo(0.25 * Math.LN2, 7);
  });

  test('is at most the true divergence, and equal when the rest keeps its proportions', () => {
    const proportional = logitsOf([0.25, 0.25, 0.25, 0.125, 0.125]);
    expect(klFromGolden(golden, proportional)).toBeCloseTo(trueKl(logprobs, proportional), 6);
    const shuffled = logitsOf([0.25, 0.25, 0.125, 0.125, 0.25]);
    expect(klFromGolden(golden, shuffled)).toBeCloseTo(0.25 * Math.LN2, 7);
    expect(klFromGolden(golden, shuffled)).toBeLessThan(trueKl(logprobs, shuffled) - 0.01);
  });

  test('tells a ruled-out token and a broken logit from a good one', () => {
    expect(klFromGolden(golden, logitsOf([0, 0.5, 0.25, 0.125, 0.125]))).toBe(Number.POSITIVE_INFINITY);
    expect(klFromGolden(golden, Float32Array.of(0, 1, Number.NaN, 0, 0))).toBeNaN();
    expect(() => klFromGolden({ ...golden, topTokens: Uint16Array.of(0, 9) }, logitsOf(reference))).toThrow(
      'none for token 9',
    );
  });
});

describe('trueKl', () => {
  test('equals the sum worked out by hand', () => {
    const logits = logitsOf([0.2, 0.2, 0.2, 0.2, 0.2], 3);
    const expected = reference.reduce((sum, p) => sum + p * Math.log(p / 0.2), 0);
    expect(trueKl(logprobs, logits)).toBeCloseTo(expected, 7);
    expect(trueKl(logprobs, logitsOf(reference))).toBeCloseTo(0, 7);
  });

  test('ignores what the reference rules out', () => {
    const certain = Float32Array.of(0, -Infinity);
    expect(trueKl(certain, logitsOf([0.5, 0.5]))).toBeCloseTo(Math.LN2, 7);
  });

  test('rejects logits of another length', () => {
    expect(() => trueKl(logprobs, new Float32Array(4))).toThrow('4 values, the reference has 5');
  });
});

describe('compareWithGolden', () => {
  test('reports loss, agreement and rest mass', () => {
    const same = compareWithGolden(golden, logitsOf([0.5, 0.125, 0.25, 0.0625, 0.0625]));
    expect(same.topAgrees).toBe(true);
    expect(same.nll).toBeCloseTo(Math.log(4), 6);
    expect(same.referenceNll).toBe(golden.nll);
    expect(same.restMass).toBeCloseTo(0.25, 6);
    expect(compareWithGolden(golden, logitsOf([0.1, 0.6, 0.1, 0.1, 0.1])).topAgrees).toBe(false);
  });

  test('is averaged by summarizeDivergence', () => {
    const good = compareWithGolden(golden, logitsOf(reference));
    const bad = compareWithGolden(golden, logitsOf([0.125, 0.5, 0.125, 0.125, 0.125]));
    const summary = summarizeDivergence([good, bad]);
    expect(summary).toMatchObject({ positions: 2, topAgreement: 0.5, largestKl: bad.kl });
    expect(summary.meanKl).toBeCloseTo(bad.kl / 2, 7);
    expect(summary.meanNll).toBeCloseTo(Math.log(8), 6);
    expect(() => summarizeDivergence([])).toThrow('no positions');
  });

  test('does not let NaN disappear from a summary', () => {
    const broken = compareWithGolden(golden, new Float32Array(5).fill(Number.NaN));
    const good = compareWithGolden(golden, logitsOf(reference));
    expect(summarizeDivergence([broken, good]).meanKl).toBeNaN();
    expect(broken.topAgrees).toBe(false);
  });
});
