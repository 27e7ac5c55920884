import { InvalidArgumentError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import {
  applyPenalties,
  applyTemperature,
  createChain,
  createRandom,
  createSampler,
  drawToken,
  genai,
  keepMinP,
  keepTopK,
  keepTopP,
  llamaCpp,
  type SamplerOptions,
  transformers,
} from '../src/index.ts';

const none = new Uint32Array(0);
const logits = Float32Array.from({ length: 50 }, (_, i) => 4 * Math.sin(i * 1.7));
function distribution(options: SamplerOptions, tokens: number[] = [], values = logits): number[] {
  const output = new Float64Array(values.length);
  createSampler({ temperature: 1, ...options }).probabilities(
    values.slice(),
    Uint32Array.from(tokens),
    tokens.length,
    output,
  );
  return Array.from(output);
}
const idsOf = (probabilities: number[]) =>
  [...probabilities.keys()].filter((id) => probabilities[id]! > 1e-12);

describe('order', () => {
  it('is followed', () => {
    const options = { temperature: 3, topP: 0.8 } as const;
    const before = idsOf(distribution({ ...options, order: ['topP', 'temperature'] }));
    const after = idsOf(distribution({ ...options, order: ['temperature', 'topP'] }));
    expect(after.length).toBeGreaterThan(before.length);
    expect(distribution(options)).toEqual(distribution({ ...options, order: ['topP', 'temperature'] }));
  });

  it('may have steps on all logits after steps that drop tokens', () => {
    const options = { topK: 3, presencePenalty: 100, penaltyWindow: -1 };
    const best = idsOf(distribution({ topK: 3 }));
    const first = distribution({ ...options, order: ['topK', 'penalties'] }, [best[0]!]);
    expect(idsOf(first)).toEqual(best.slice(1));
    const last = distribution({ ...options, order: ['penalties', 'topK'] }, [best[0]!]);
    expect(idsOf(last).length).toBe(3);
  });

  it('has to hold the steps that are active, once each', () => {
    expect(() => createSampler({ topK: 3, order: ['topP'] })).toThrow(/order: leaves out topK/);
    expect(() => createSampler({ topK: 0, order: [] })).not.toThrow();
    expect(() => createSampler({ order: ['topK', 'topK'] })).toThrow(
      /order: must be an array of different step names, got/,
    );
    expect(() => createSampler({ order: ['top_k'] } as never)).toThrow(
      /order: must be an array of different/,
    );
    expect(() => createSampler(llamaCpp({ mirostat: 2, topK: 5 }))).toThrow(/order: leaves out topK/);
    expect(() => createSampler(genai({ minP: 0.1 }))).toThrow(/order: leaves out minP/);
    expect(() => createSampler(transformers({ xtcProbability: 1 }))).toThrow(/order: leaves out xtc/);
  });
});

describe('createChain', () => {
  it('does what createSampler does with the same steps', () => {
    const penalties = {
      repetitionPenalty: 1.3,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      penaltyWindow: 64,
    };
    const counts = new Uint32Array(50);
    const chain = createChain(
      [
        { logits: (values, tokens, count) => applyPenalties(values, tokens, count, penalties, counts) },
        { candidates: (candidates) => keepTopK(candidates, 20) },
        { candidates: (candidates) => keepTopP(candidates, 0.9) },
        { candidates: (candidates) => keepMinP(candidates, 0.05) },
        { candidates: (candidates) => applyTemperature(candidates, 0.8) },
      ],
      { draw: drawToken, random: createRandom(3) },
    );
    const sampler = createSampler({
      ...penalties,
      topK: 20,
      topP: 0.9,
      minP: 0.05,
      temperature: 0.8,
      seed: 3,
    });
    const tokens = Uint32Array.from({ length: 80 }, (_, i) => (i * i) % 50);
    for (let count = 0; count < 80; count++)
      expect(chain.sample(logits.slice(), tokens, count)).toBe(sampler.sample(logits.slice(), tokens, count));
  });

  it('takes the most likely token that is left without a draw', () => {
    const chain = createChain([{ candidates: (candidates) => keepTopK(candidates, 2) }]);
    expect(chain.sample(Float32Array.of(1, 5, 5, 2), none, 0)).toBe(1);
    expect(createChain([]).sample(Float32Array.of(1, 5, 7, 2), none, 0)).toBe(2);
    expect(() => createChain([], { vocabularySize: 0 })).toThrow(
      /vocabularySize: must be an integer in \[1, 4294967295\]/,
    );
  });

  it('shows its distribution, unless it depends on what is drawn', () => {
    expect(distribution({ temperature: 0 }, [], Float32Array.of(1, 2, 0))).toEqual([0, 1, 0]);
    const probabilities = distribution({}, [], Float32Array.from([1, 2, 5], Math.log));
    for (const [id, weight] of [1, 2, 5].entries()) expect(probabilities[id]).toBeCloseTo(weight / 8, 6);
    expect(() => distribution({ mirostat: 2 })).toThrow(/draw: must be drawToken or none/);
    const output = new Float32Array(2);
    expect(() => createSampler().probabilities(logits.slice(), none, 0, output)).toThrow(
      /output: must have 50 entries/,
    );
  });
});

describe('lengths and forced tokens', () => {
  const flat = new Float32Array(8);
  const run = (options: SamplerOptions, prompt: number, length: number) => {
    const sampler = createSampler({ temperature: 1, seed: 1, ...options });
    const tokens = new Uint32Array(prompt + length);
    for (let count = prompt; count < tokens.length; count++) {
      const values = flat.slice();
      values[3] = 30; // An end token that would always come.
      tokens[count] = sampler.sample(values, tokens, count);
    }
    return Array.from(tokens.subarray(prompt));
  };
  const isEnd = (token: number) => token === 3 || token === 5;

  it('counts new tokens from the first call', () => {
    expect(run({ minTokens: 4, endTokens: [3, 5] }, 7, 6).map(isEnd)).toEqual([
      ...new Array<boolean>(4).fill(false),
      true,
      true,
    ]);
    expect(run({ minLength: 9, endTokens: [3, 5] }, 7, 4).map(isEnd)).toEqual([false, false, true, true]);
    expect(run({ forceEndAt: 3, endTokens: [5], suppressTokens: [3] }, 2, 3)[2]).toBe(5);
    expect(run({ forcedTokens: [6, 1] }, 5, 3)).toEqual([6, 1, 3]);
    expect(run({ beginSuppressTokens: [3] }, 5, 3)[0]).not.toBe(3);
    expect(run({ beginSuppressTokens: [3] }, 5, 3).slice(1)).toEqual([3, 3]);
    expect(run({ promptLength: 3, minTokens: 3, endTokens: [3] }, 5, 2).map(isEnd)[1]).toBe(true);
  });

  it('ends in an error where nothing is left', () => {
    expect(() => run({ forcedTokens: [2], suppressTokens: [2] }, 0, 1)).toThrow(/no token is left/);
  });
});

describe('invalid input', () => {
  const invalid: [SamplerOptions | Record<string, unknown>, RegExp][] = [
    [{ dynamicTemperatureRange: -1 }, /dynamicTemperatureRange: must be a finite number in \[0, Infinity\]/],
    [{ typicalP: 0 }, /typicalP: must be a finite number in \(0, 1\]/],
    [{ topNSigma: Number.NaN }, /topNSigma: must be a finite/],
    [{ epsilonCutoff: 1 }, /epsilonCutoff: must be a finite number in \[0, 1\)/],
    [{ etaCutoff: -0.1 }, /etaCutoff: must be/],
    [{ xtcProbability: 1.1 }, /xtcProbability: must be a finite number in \[0, 1\]/],
    [{ xtcThreshold: '0.1' }, /xtcThreshold: must be a finite number in \[0, 1\], got "0.1"/],
    [{ minKeep: 0 }, /minKeep: must be an integer in \[1, Infinity\]/],
    [{ keepTies: 1 }, /keepTies: must be true or false/],
    [{ dryMultiplier: -1 }, /dryMultiplier: must be/],
    [{ dryBase: 0.9 }, /dryBase: must be a finite number in \[1, Infinity\]/],
    [{ dryAllowedLength: 1.5 }, /dryAllowedLength: must be/],
    [{ dryBreakers: [[]] }, /dryBreakers: must be an array of non-empty arrays of token ids, got \[\[\]\]/],
    [{ noRepeatNgramSize: -1 }, /noRepeatNgramSize: must be/],
    [{ logitBias: { x: 1 } }, /logitBias: must be a map or object from token ids/],
    [{ logitBias: { '': 1 } }, /logitBias: must be/],
    [{ logitBias: new Map([[1, Infinity]]) }, /logitBias: must be/],
    [{ logitBias: { 1: Number.NaN } }, /logitBias: must be/],
    [{ logitBias: 5 }, /logitBias: must be/],
    [{ badWords: [1] }, /badWords: must be an array of non-empty arrays/],
    [{ suppressTokens: [-1] }, /suppressTokens: must be an array of token ids, got \[-1\]/],
    [{ forcedTokens: [1.5] }, /forcedTokens: must be/],
    [{ minTokens: 3 }, /minTokens: needs endTokens/],
    [{ minLength: 3, endTokens: [] }, /minLength: needs endTokens/],
    [{ forceEndAt: 3 }, /forceEndAt: needs endTokens/],
    [{ mirostat: 3, temperature: 1 }, /mirostat: must be an integer in \[0, 2\]/],
    [{ mirostat: 2 }, /mirostat: needs a temperature above 0/],
    [{ mirostat: 2, mirostatTau: 0, temperature: 1 }, /mirostatTau: must be a finite number above 0/],
    [{ adaptiveTarget: 0.3 }, /adaptiveTarget: needs a temperature above 0/],
    [{ adaptiveTarget: 0.3, mirostat: 1, temperature: 1 }, /adaptiveTarget: needs no mirostat/],
    [{ adaptiveDecay: 1 }, /adaptiveDecay: must be a finite number in \[0, 0.99\]/],
    [{ promptLength: -1 }, /promptLength: must be/],
    [{ top_k: 40 }, /top_k: is not an option of the sampler/],
    [{ constructor: 1 }, /constructor: is not an option of the sampler/],
  ];
  it.each(invalid)('%o', (options, message) => {
    const make = () => createSampler(options as SamplerOptions);
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(message);
  });

  const tooLarge: [SamplerOptions, RegExp][] = [
    [{ logitBias: { 50: 1 } }, /logitBias\[0\]: 50 is not below 50, the number of logits/],
    [{ badWords: [[1, 99]] }, /badWords\[1\]: 99 is not below 50/],
    [{ suppressTokens: [4, 50] }, /suppressTokens\[1\]: 50 is not below 50/],
    [{ beginSuppressTokens: [50] }, /beginSuppressTokens\[0\]: 50/],
    [{ forcedTokens: [50] }, /forcedTokens\[0\]: 50/],
    [{ minTokens: 1, endTokens: [50] }, /endTokens\[0\]: 50/],
    [{ dryMultiplier: 1 }, /tokens\[2\]: 60 is not below 50/],
    [{ presencePenalty: 1 }, /tokens\[2\]: 60 is not below 50/],
  ];
  it.each(tooLarge)('tokens that are not in the vocabulary: %o', (options, message) => {
    const sampler = createSampler(options);
    expect(() => sampler.sample(logits.slice(), Uint32Array.of(1, 1, 60, 1, 1), 5)).toThrow(message);
  });
});

it('the presets have the defaults of their libraries', () => {
  expect(llamaCpp()).toMatchObject({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 });
  expect(transformers()).toMatchObject({ temperature: 1, topK: 50, penaltyWindow: -1, keepTies: true });
  expect(genai({ topP: 0 })).toMatchObject({ temperature: 1, topK: 50, penaltyWindow: -1, topP: 1 });
  expect(llamaCpp({ topK: 7 }).topK).toBe(7);
});
