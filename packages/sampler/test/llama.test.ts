import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawIndex } from '../src/draw-token.ts';
import {
  applyDynamicTemperature,
  applyPenalties,
  applyTemperature,
  type Candidates,
  createAdaptiveP,
  createCandidates,
  createDry,
  createMirostat,
  createRandom,
  createSampler,
  excludeTopChoices,
  keepMinP,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  llamaCpp,
  loadCandidates,
  type Penalties,
  type Random,
  type SamplerOptions,
} from '../src/index.ts';
import { floats, goldenCases, idsOf } from './golden-cases.ts';

interface StoredSteps {
  readonly temperature: Record<string, number | null>;
  readonly dynamic?: Record<string, number | null>;
  readonly typical?: Record<string, string>;
  readonly xtcOff: string;
  readonly [step: string]: Record<string, string | number | null> | string | undefined;
}
interface Changed {
  readonly tokens: number[];
  readonly logits: number[];
  readonly changed: [number, number][];
}
interface Stored {
  readonly steps: Record<string, StoredSteps>;
  readonly dry: (Changed & {
    multiplier: number;
    base: number;
    allowedLength: number;
    window: number;
    breakers: number[][];
  })[];
  readonly penalties: (Changed & Penalties)[];
  readonly drawn: { name: string; parameters: [number, number]; steps: [string, number, number, number][] }[];
  readonly chains: {
    options: SamplerOptions & { logitBias?: Record<string, number | string> };
    vector: string;
    tokens: number[];
    distribution: [number, number][];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('./golden/llama.json', import.meta.url), 'utf8')) as Stored;
const vectors = new Map(goldenCases.map(([name, { logits }]) => [name, floats(logits)]));

function load(logits: Float32Array): Candidates {
  const candidates = createCandidates(logits.length);
  loadCandidates(candidates, logits.slice());
  return candidates;
}

const finiteIds = (logits: Float32Array) => Array.from(logits.keys()).filter((id) => logits[id]! > -Infinity);
function idsLeft(candidates: Candidates): number[] {
  return candidates.whole
    ? finiteIds(candidates.logits)
    : Array.from(candidates.ids.subarray(0, candidates.count));
}

/** Equal but for which of several equal logits are left, which llama.cpp does not say. */
function expectSameLogits(logits: Float32Array, actual: number[], expected: number[]): void {
  const sorted = (ids: number[]) => ids.map((id) => logits[id]! + 0).sort((a, b) => a - b);
  expect(sorted(actual)).toEqual(sorted(expected));
}

const steps: Record<string, (candidates: Candidates, a: number, b: number) => void> = {
  topK: (candidates, k) => keepTopK(candidates, k),
  topP: keepTopP,
  minP: keepMinP,
  typical: keepTypical,
  topNSigma: (candidates, n) => keepTopNSigma(candidates, n),
  xtc: (candidates, threshold, minKeep) =>
    excludeTopChoices(candidates, 1, threshold, createRandom(1), minKeep),
};

describe.each(Object.entries(golden.steps))('%s logits, as llama.cpp', (name, stored) => {
  const logits = vectors.get(name)!;
  for (const [step, apply] of Object.entries(steps)) {
    const cases = (stored[step] ?? {}) as Record<string, string>;
    it.each(Object.keys(cases))(`${step} %s`, (parameters) => {
      const candidates = load(logits);
      const [a = 0, b = 0] = parameters.split(',').map(Number);
      apply(candidates, a, b);
      expectSameLogits(logits, idsLeft(candidates), idsOf(cases[parameters]!));
      const left = candidates.logits.subarray(0, candidates.count);
      expect(candidates.maximum + 0).toBe(left.reduce((most, logit) => Math.max(most, logit)) + 0);
    });
  }

  it('XTC does nothing above a threshold of 0.5, nor with probability 0', () => {
    const candidates = load(logits);
    excludeTopChoices(candidates, 1, 0.51, createRandom(1));
    excludeTopChoices(candidates, 0, 0.1, createRandom(1));
    expect(idsLeft(candidates)).toEqual(idsOf(stored.xtcOff));
  });

  it.each(Object.entries({ ...stored.temperature, ...stored.dynamic }))(
    'temperature %s',
    (parameters, expected) => {
      const candidates = load(logits);
      const [temperature = 0, range, exponent] = parameters.split(',').map(Number);
      if (range === undefined) applyTemperature(candidates, temperature);
      else applyDynamicTemperature(candidates, temperature, range, exponent!);
      const before = logits.filter((logit) => logit > -Infinity);
      const after = candidates.logits.subarray(0, candidates.count).filter((logit) => logit > -Infinity);
      const extent = (values: Float32Array) =>
        values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
      if (expected === null) expect(extent(after)).toBe(0);
      // It has entropies in float32: small ones, and so low temperatures, have few digits.
      else expect(Math.abs(extent(before) / extent(after) - expected)).toBeLessThan(1e-4 * temperature);
    },
  );
});

describe.each(golden.dry.map((stored, index) => [index, stored] as const))(
  'DRY, as llama.cpp, %d',
  (_, stored) => {
    it(`allows ${stored.allowedLength}, base ${stored.base}, ${stored.breakers.length} breakers`, () => {
      const dry = createDry({
        dryMultiplier: stored.multiplier,
        dryBase: stored.base,
        dryAllowedLength: stored.allowedLength,
        dryWindow: stored.window,
        dryBreakers: stored.breakers,
      });
      const tokens = Uint32Array.from([...stored.tokens, 99, 99]);
      // Twice, since the working memory has to be as it was.
      for (let round = 0; round < 2; round++) {
        const actual = Float32Array.from(stored.logits);
        dry(actual, tokens, stored.tokens.length);
        const expected = new Map(stored.changed);
        for (const [id, logit] of actual.entries()) {
          const wanted = expected.get(id) ?? Math.fround(stored.logits[id]!);
          expect(Math.abs(logit - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)));
        }
      }
    });
  },
);

it.each(golden.penalties)('penalties, as llama.cpp: %o', (stored) => {
  const actual = Float32Array.from(stored.logits);
  applyPenalties(actual, Uint32Array.from(stored.tokens), stored.tokens.length, stored, new Uint32Array(16));
  const expected = new Map(stored.changed);
  for (const [id, logit] of actual.entries())
    expect(Math.abs(logit - (expected.get(id) ?? stored.logits[id]!))).toBeLessThan(3e-6);
});

it.each(golden.drawn)('$name, $parameters, as llama.cpp, when it draws the same tokens', (stored) => {
  const [a, b] = stored.parameters;
  const draw =
    stored.name === 'adaptive-p'
      ? createAdaptiveP(a, b)
      : createMirostat(stored.name === 'mirostat 1' ? 1 : 2, a, b);
  for (const [vector, count, selected, probability] of stored.steps) {
    const candidates = load(vectors.get(vector)!);
    const unused = () => 0;
    const zero: Random = { nextUint32: unused, nextFloat: unused, nextInto: (target) => target.fill(0) };
    // A generator whose number is in the middle of what belongs to the token that llama.cpp drew.
    const random: Random = {
      nextUint32: unused,
      nextFloat: unused,
      nextInto(target) {
        const index = idsLeft(candidates).indexOf(selected);
        expect(index).toBeGreaterThanOrEqual(0);
        const { work } = candidates;
        const total = work.subarray(0, candidates.count).reduce((sum, weight) => sum + weight, 0);
        const before = work.subarray(0, index).reduce((sum, weight) => sum + weight, 0);
        target[0] = (before + work[index]! / 2) / total;
      },
    };
    expect(draw(candidates, random)).toBe(selected);
    expect(candidates.count).toBe(count);
    drawIndex(candidates, zero);
    const share = candidates.work[idsLeft(candidates).indexOf(selected)]! / candidates.total;
    expect(share / probability).toBeCloseTo(1, 3);
  }
});

it.each(golden.chains)('the preset llamaCpp, as llama.cpp: $vector logits, $options', (stored) => {
  const { logitBias, ...options } = stored.options;
  const bias = new Map(Object.entries(logitBias ?? {}).map(([id, value]) => [Number(id), Number(value)]));
  const sampler = createSampler(llamaCpp({ ...options, logitBias: bias }));
  const logits = vectors.get(stored.vector)!.slice();
  const output = new Float64Array(logits.length);
  sampler.probabilities(logits, Uint32Array.from(stored.tokens), stored.tokens.length, output);
  const expected = new Map(stored.distribution);
  // It divides float32 logits without taking the largest off first: around -5000 they have few digits.
  for (const [id, probability] of output.entries())
    expect(Math.abs(probability - (expected.get(id) ?? 0))).toBeLessThan(
      (stored.vector === 'very negative' ? 2e-3 : 1e-5) * probability + 2e-9,
    );
});
