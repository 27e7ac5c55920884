import type { Sampler, SamplingOptions } from '@llamella/spec';
import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
import { errorCode } from './error-code.ts';

/** Makes a sampler. */
export type CreateSampler = (options: SamplingOptions) => Sampler;

const none = new Uint32Array(8);

/** Requirements on {@link Sampler}. */
export function samplerCases(create: CreateSampler): ConformanceCase[] {
  const draw = (options: SamplingOptions, logits: readonly number[], count: number) => {
    const sampler = create(options);
    return Array.from({ length: count }, () => sampler.sample(Float32Array.from(logits), none, 0));
  };
  const shares = (options: SamplingOptions, logits: readonly number[]) => {
    const count = 4000;
    const counts = logits.map(() => 0);
    for (const token of draw(options, logits, count)) counts[token]!++;
    return counts.map((value) => value / count);
  };
  const logits = [2, 1, 0, -1].map((value) => value * 1.1);
  const softmax = (temperature: number) => {
    const weights = logits.map((value) => Math.exp(value / temperature));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  };
  const expectShares = (actual: number[], wanted: number[]) => {
    // Four thousand draws: five standard deviations are at most 0.04.
    for (const [index, share] of wanted.entries())
      expect(Math.abs(actual[index]! - share)).toBeLessThan(0.04);
  };
  return [
    {
      name: 'takes the most likely token at temperature 0',
      run() {
        expect(draw({ temperature: 0 }, [0, 3, -1, 2.9], 5)).toEqual([1, 1, 1, 1, 1]);
        expect(draw({ temperature: 0, seed: 9 }, [-5, -3, -4], 1)).toEqual([1]);
      },
    },
    {
      name: 'draws in proportion to the softmax',
      run: () => expectShares(shares({ temperature: 1, seed: 1 }, logits), softmax(1)),
    },
    {
      name: 'divides the logits by the temperature',
      run() {
        expectShares(shares({ temperature: 0.5, seed: 2 }, logits), softmax(0.5));
        expectShares(shares({ temperature: 2, seed: 3 }, logits), softmax(2));
      },
    },
    {
      name: 'repeats itself with the same seed, and not with another',
      run() {
        const run = (seed: number) => draw({ temperature: 1, seed }, logits, 50);
        expect(run(42)).toEqual(run(42));
        expect(run(42)).not.toEqual(run(43));
        expect(run(0)).not.toEqual(run(0xffff_ffff));
      },
    },
    {
      name: 'never takes a token whose logit is -Infinity',
      run() {
        const masked = [Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, 0];
        expect(new Set(draw({ temperature: 1, seed: 1 }, masked, 200))).toEqual(new Set([1, 3]));
      },
    },
    {
      name: 'refuses NaN, and logits that leave no token',
      async run() {
        for (const temperature of [0, 1]) {
          const sampler = create({ temperature, seed: 1 });
          const bad = [
            [1, Number.NaN, 0],
            [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
          ];
          for (const values of bad) {
            expect(await errorCode(() => sampler.sample(Float32Array.from(values), none, 0))).not.toBe(
              'no error',
            );
          }
        }
      },
    },
    {
      name: 'chooses among the tokens that the mask allows, and refuses a mask of another size',
      async run() {
        for (const temperature of [0, 1]) {
          const sampler = create({ temperature, seed: 1 });
          const sample = (mask: Uint32Array, values: readonly number[]) =>
            sampler.sample(Float32Array.from(values), none, 0, mask);
          const many = Array.from({ length: 70 }, (_, id) => 70 - id);
          for (let round = 0; round < 20; round++) {
            expect(sample(Uint32Array.of(0, 0b1000, 0), many)).toBe(35);
            expect(sample(Uint32Array.of(0, 0, 0b100000), many)).toBe(69);
            expect([1, 40]).toContain(sample(Uint32Array.of(0b10, 0b100000000, 0), [...many]));
          }
          expect(sample(Uint32Array.of(0xffffffff, 0xffffffff, 0x3f), many)).toBeLessThan(70);
          for (const mask of [new Uint32Array(2).fill(1), new Uint32Array(4).fill(1), new Uint32Array(3)])
            expect(await errorCode(() => sample(mask, many))).not.toBe('no error');
        }
      },
    },
    {
      name: 'adds logitBias, and never takes suppressTokens',
      run() {
        expect(draw({ logitBias: { 3: 9 } }, logits, 3)).toEqual([3, 3, 3]);
        expect(draw({ logitBias: new Map([[0, Number.NEGATIVE_INFINITY]]) }, logits, 1)).toEqual([1]);
        expect(draw({ suppressTokens: [0, 1] }, logits, 1)).toEqual([2]);
        const options = {
          temperature: 5,
          seed: 1,
          suppressTokens: [0],
          logitBias: { 1: Number.NEGATIVE_INFINITY },
        };
        expect(new Set(draw(options, logits, 200))).toEqual(new Set([2, 3]));
      },
    },
    {
      name: 'keeps the topK most likely tokens',
      run() {
        expect(new Set(draw({ temperature: 1, seed: 1, topK: 2 }, logits, 300))).toEqual(new Set([0, 1]));
        expect(new Set(draw({ temperature: 1, seed: 1, topK: 0 }, logits, 3000)).size).toBe(4);
      },
    },
    {
      name: 'keeps the smallest set of tokens that reaches topP',
      run() {
        expect(new Set(draw({ temperature: 1, seed: 1, topP: 0.8 }, logits, 300))).toEqual(new Set([0, 1]));
        expect(new Set(draw({ temperature: 1, seed: 1, topP: 0.01 }, logits, 50))).toEqual(new Set([0]));
      },
    },
    {
      name: 'drops tokens less likely than minP times the most likely',
      run() {
        expect(new Set(draw({ temperature: 1, seed: 1, minP: 0.3 }, logits, 300))).toEqual(new Set([0, 1]));
      },
    },
    {
      name: 'penalises tokens that were seen, and looks at no more than tokenCount of them',
      run() {
        const tokens = Uint32Array.of(0, 0, 0, 1);
        const pick = (options: SamplingOptions, values: number[], count: number) =>
          create({ temperature: 0, ...options }).sample(Float32Array.from(values), tokens, count);
        expect(pick({ presencePenalty: 1 }, [1.5, 1, 0], 3)).toBe(1);
        expect(pick({ presencePenalty: 1 }, [1.5, 1, 0], 0)).toBe(0);
        expect(pick({ presencePenalty: 1 }, [2.5, 1, 0], 3)).toBe(0);
        expect(pick({ frequencyPenalty: 1 }, [2.5, 1, 0], 3)).toBe(1);
        expect(pick({ repetitionPenalty: 2 }, [1.5, 1, 0], 3)).toBe(1);
        expect(pick({ repetitionPenalty: 2 }, [-1, -1.5, -9], 3)).toBe(1);
        expect(pick({ presencePenalty: 1, penaltyWindow: 1 }, [1.5, 1.4, 0], 4)).toBe(0);
      },
    },
  ];
}

/** Runs every requirement on {@link Sampler} as vitest tests. */
export function describeSampler(create: CreateSampler, skip?: readonly SkippedCase[]): void {
  registerCases('Sampler', samplerCases(create), skip);
}
