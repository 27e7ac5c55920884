import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { createRandom, createSampler, greedy, logprobs, type SamplerOptions } from '../src/index.ts';

const none = new Uint32Array(0);
const sampleOnce = (options: SamplerOptions, logits: number[], tokens: number[] = []): number =>
  createSampler(options).sample(Float32Array.from(logits), Uint32Array.from(tokens), tokens.length);

describe('greedy choice', () => {
  it('takes the first of equal largest logits', () => {
    expect(greedy(Float32Array.of(1, 3, 3, 2))).toBe(1);
    expect(sampleOnce({}, [1, 3, 3, 2])).toBe(1);
    expect(sampleOnce({ temperature: 0, topK: 2, topP: 0.1, minP: 0.9 }, [-4, -5, -3])).toBe(2);
  });

  it('is taken by every narrowing step at its strictest, for every seed', () => {
    const strict: SamplerOptions[] = [{ topK: 1 }, { topP: 1e-9 }, { minP: 1 }];
    for (const options of strict)
      for (let seed = 0; seed < 50; seed++)
        expect(sampleOnce({ ...options, temperature: 5, seed }, [0, 1, 4, 2])).toBe(2);
  });

  it('is approached by tiny temperatures without overflow', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(sampleOnce({ temperature: 1e-300, seed }, [3e38, -3e38, 3.1e38])).toBe(2);
  });
});

describe('penalties', () => {
  it('counts each occurrence for frequency and once for presence', () => {
    const options = { frequencyPenalty: 1, presencePenalty: 0.5 };
    // Token 0 occurs twice: 4 - 2 - 0.5 = 1.5; token 1 once: 3.2 - 1 - 0.5 = 1.7.
    expect(sampleOnce(options, [4, 3.2, 1.6], [0, 1, 0])).toBe(1);
    expect(sampleOnce(options, [4, 3.2, 1.8], [0, 1, 0])).toBe(2);
  });

  it('divides positive and multiplies negative logits', () => {
    expect(sampleOnce({ repetitionPenalty: 2 }, [3, 1.4], [0])).toBe(0);
    expect(sampleOnce({ repetitionPenalty: 2 }, [3, 1.6], [0])).toBe(1);
    expect(sampleOnce({ repetitionPenalty: 2 }, [-1, -1.9], [0])).toBe(1);
    expect(sampleOnce({ repetitionPenalty: 2 }, [-1, -2.1], [0])).toBe(0);
  });

  it('looks at the window only: 64 tokens unless told otherwise', () => {
    const history = (count: number) => [0, ...new Array<number>(count).fill(2)];
    expect(sampleOnce({ presencePenalty: 5 }, [3, 2, 1], history(63))).toBe(1);
    expect(sampleOnce({ presencePenalty: 5 }, [3, 2, 1], history(64))).toBe(0);
    expect(sampleOnce({ presencePenalty: 5, penaltyWindow: -1 }, [3, 2, 1], history(500))).toBe(1);
    expect(sampleOnce({ presencePenalty: 5, penaltyWindow: 0 }, [3, 2, 1], [0])).toBe(0);
    expect(sampleOnce({ presencePenalty: 5, penaltyWindow: 1 }, [3, 2, 1], [0, 1])).toBe(0);
  });

  it('reads the first tokenCount entries only', () => {
    const sampler = createSampler({ presencePenalty: 5 });
    expect(sampler.sample(Float32Array.of(3, 2), Uint32Array.of(1, 0), 1)).toBe(0);
    expect(sampler.sample(Float32Array.of(3, 2), Uint32Array.of(1, 0), 2)).toBe(0);
    expect(sampler.sample(Float32Array.of(3, 2), Uint32Array.of(0, 0), 1)).toBe(1);
  });

  it('leaves nothing behind when a token is not in the vocabulary', () => {
    const sampler = createSampler({ frequencyPenalty: 1 });
    const logits = Float32Array.of(3, 2.5);
    expect(() => sampler.sample(logits, Uint32Array.of(0, 2), 2)).toThrow(/tokens\[1\]: 2 is not below 2/);
    expect(sampler.sample(logits, none, 0)).toBe(0);
    expect(sampler.sample(logits, Uint32Array.of(0), 1)).toBe(1);
  });
});

describe('invalid input', () => {
  const invalid: [keyof SamplerOptions, unknown[], RegExp][] = [
    [
      'temperature',
      [Number.NaN, -0.1, Number.POSITIVE_INFINITY, '1', null],
      /temperature: must be a finite number in \[0, Infinity\]/,
    ],
    ['topK', [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY], /topK: must be an integer in \[0, Infinity\]/],
    ['topP', [Number.NaN, 0, -1, 1.01], /topP: must be a finite number in \(0, 1\]/],
    ['minP', [Number.NaN, -0.01, 1.01], /minP: must be a finite number in \[0, 1\]/],
    [
      'repetitionPenalty',
      [Number.NaN, 0, -1, Number.POSITIVE_INFINITY],
      /repetitionPenalty: must be a finite number above 0/,
    ],
    ['frequencyPenalty', [Number.NaN, Number.NEGATIVE_INFINITY], /frequencyPenalty: must be a finite number/],
    ['presencePenalty', [Number.NaN, {}], /presencePenalty: must be a finite number/],
    ['penaltyWindow', [Number.NaN, -2, 0.5], /penaltyWindow: must be an integer in \[-1, Infinity\]/],
    ['seed', [Number.NaN, -1, 0.5, 2 ** 32], /seed: must be an integer in \[0, 4294967295\]/],
    ['vocabularySize', [Number.NaN, 0, -5, 1.5], /vocabularySize: must be an integer in \[1, 4294967295\]/],
  ];
  it.each(invalid)('%s', (field, values, message) => {
    for (const value of values) {
      const make = () => createSampler({ [field]: value } as SamplerOptions);
      expect(make).toThrow(InvalidArgumentError);
      expect(make).toThrow(message);
    }
  });

  it.each([{}, { temperature: 1, topK: 2, seed: 1 }, { temperature: 1, presencePenalty: 1 }])(
    'logits, with %o',
    (options) => {
      const nan = () => sampleOnce(options, [1, 2, Number.NaN, 3]);
      expect(nan).toThrow(/logits: the entry of token 2 is NaN/);
      expect(() => sampleOnce(options, [Number.NaN, 1])).toThrow(/token 0 is NaN/);
      expect(nan).toThrow(
        expect.toSatisfy((error) => LlamellaError.isInstance(error) && error.code === 'invalid-argument'),
      );
      expect(() => sampleOnce(options, [1, Number.POSITIVE_INFINITY])).toThrow(/token 1 is Infinity/);
      const lowest = Number.NEGATIVE_INFINITY;
      expect(() => sampleOnce(options, [lowest, lowest])).toThrow(/no token is left to choose from/);
      expect(() => sampleOnce(options, [])).toThrow(/no token is left to choose from/);
    },
  );

  it('number of logits and of tokens', () => {
    const sampler = createSampler({ vocabularySize: 3 });
    expect(() => sampler.sample(new Float32Array(4), none, 0)).toThrow(/logits: must have 3 entries, got 4/);
    expect(() => sampler.sample(new Float32Array(3), none, 1)).toThrow(
      /tokenCount: must be an integer in \[0, 0\]/,
    );
    expect(() => logprobs(new Float32Array(3), 3, 0)).toThrow(/token: must be an integer in \[0, 2\]/);
    expect(() => logprobs(new Float32Array(3), 0, 4)).toThrow(/topCount: must be an integer in \[0, 3\]/);
  });
});

describe('seed', () => {
  const logits = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));
  const draw = (seed?: number) => {
    const sampler = createSampler({ temperature: 1, ...(seed === undefined ? {} : { seed }) });
    return Array.from({ length: 20 }, () => sampler.sample(logits.slice(), none, 0));
  };

  it('fixes the tokens, forever', () => {
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
    expect(draw(42)).toMatchInlineSnapshot(`
      [
        315,
        364,
        373,
        374,
        449,
        98,
        465,
        84,
        316,
        404,
        284,
        140,
        347,
        51,
        185,
        259,
        214,
        314,
        442,
        278,
      ]
    `);
  });

  it('differs between samplers when absent', () => {
    expect(draw()).not.toEqual(draw());
  });

  it('takes two numbers of the generator for each token', () => {
    const random = createRandom(9);
    const sampler = createSampler({ temperature: 1, seed: 9 });
    const weights = [1, 2, 3, 4];
    for (let i = 0; i < 200; i++) {
      const point = random.nextFloat() * 10;
      const token = sampler.sample(Float32Array.from(weights, Math.log), none, 0);
      const below = weights.slice(0, token).reduce((sum, weight) => sum + weight, 0);
      expect(point).toBeGreaterThan(below - 1e-5);
      expect(point).toBeLessThan(below + weights[token]! + 1e-5);
    }
  });
});

it('grows with the logits when no vocabulary size is given', () => {
  const sampler = createSampler({ temperature: 1, topK: 3, topP: 0.9, presencePenalty: 0.1, seed: 1 });
  for (const size of [5, 1000, 7, 1001]) {
    const logits = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
    logits[size - 2] = 1;
    expect(sampler.sample(logits, Uint32Array.of(1), 1)).toBe(size - 2);
  }
});
