import { createRandom, keepTop } from '@llamella/conformance';
import { createSampler, type SamplerOptions, topLogitsNeeded } from '@llamella/sampler';
import { describe, expect, it } from 'vitest';

const size = 700;

/** Rows of logits on a coarse grid, so that many are equal, some of them -0 or -Infinity. */
function rows(): Float32Array[] {
  const random = createRandom(3);
  return Array.from({ length: 40 }, (_, row) =>
    Float32Array.from({ length: size }, () => {
      if (row % 5 === 4 && random.next() < 0.98) return Number.NEGATIVE_INFINITY;
      const value = Math.round((random.next() - 0.8) * (row % 3 === 0 ? 4 : 40)) / 4;
      return value === 0 && random.next() < 0.5 ? -0 : value;
    }),
  );
}

function tokensOf(options: SamplerOptions, top?: number): number[] {
  const sampler = createSampler(options);
  const tokens = new Uint32Array(64);
  for (const [count, row] of rows().entries()) {
    tokens[count] = sampler.sample(top === undefined ? row : keepTop(row, top), tokens, count);
  }
  return [...tokens];
}

const decided: [number, SamplerOptions][] = [
  [1, {}],
  [1, { topK: 40, topP: 0.9, minP: 0.1 }],
  [1, { temperature: 0, seed: 3, endTokens: [1, 2] }],
  [40, { temperature: 0.8, topK: 40, seed: 1 }],
  [1, { temperature: 1, topK: 1, seed: 1 }],
  [5, { temperature: 1.5, topK: 5, topP: 0.9, minP: 0.05, seed: 2 }],
  [300, { temperature: 2, topK: 300, typicalP: 0.7, etaCutoff: 0.001, xtcProbability: 0.5, seed: 4 }],
  [20, { temperature: 1, dynamicTemperatureRange: 0.5, topK: 20, seed: 5, repetitionPenalty: 1 }],
  [30, { topK: 30, typicalP: 0.5 }],
  [64, { temperature: 1, topK: 64, mirostat: 2, seed: 6 }],
  [64, { temperature: 1, topK: 64, mirostat: 1, seed: 6 }],
  [64, { temperature: 1, topK: 64, adaptiveTarget: 0.3, seed: 7 }],
];

describe('topLogitsNeeded', () => {
  it.each(decided)('is %i for %j, which then choose the same tokens', (needed, options) => {
    expect(topLogitsNeeded(options)).toBe(needed);
    expect(tokensOf(options, needed)).toEqual(tokensOf(options));
  });

  it.each<SamplerOptions>([
    { temperature: 1 },
    { temperature: 1, topP: 0.9 },
    { temperature: 1, topK: 0, topP: 0.9 },
    { temperature: 1, topK: 10, keepTies: true },
    { temperature: 1, topK: 10, repetitionPenalty: 1.1 },
    { repetitionPenalty: 1.1 },
    { logitBias: { 3: 1 } },
    { suppressTokens: [4] },
    { minTokens: 2, endTokens: [1] },
    { typicalP: 0.5 },
    { temperature: 1, topNSigma: 1, topK: 10 },
    { temperature: 1, topK: 10, topP: 0.9, order: ['topP', 'topK', 'temperature'] },
    { temperature: 1, mirostat: 2 },
  ])('leaves %j all logits', (options) => {
    expect(topLogitsNeeded(options)).toBeUndefined();
  });

  it('refuses what createSampler refuses', () => {
    expect(() => topLogitsNeeded({ topK: -1 })).toThrow('topK');
  });
});
