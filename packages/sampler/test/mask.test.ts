import { InvalidArgumentError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import {
  applyMask,
  createFloat16Reader,
  createRandom,
  createSampler,
  type SamplerOptions,
} from '../src/index.ts';

const none = new Uint32Array(0);
const random = createRandom(5);

function maskOf(size: number, ids: Iterable<number>): Uint32Array {
  const mask = new Uint32Array(Math.ceil(size / 32));
  for (const id of ids) mask[id >> 5]! |= 1 << (id & 31);
  return mask;
}

describe('mask', () => {
  const chains: SamplerOptions[] = [
    {},
    { presencePenalty: 1 },
    { temperature: 1, seed: 1 },
    { temperature: 0.7, topK: 5, topP: 0.9, seed: 2 },
    { temperature: 0.7, order: ['topK', 'temperature', 'logitBias'], topK: 9, logitBias: { 3: 50 }, seed: 3 },
  ];
  // From a tenth of the words with a bit to all: both ways of reading a mask.
  describe.each([1, 31, 32, 33, 64, 1000, 2048])('of %d tokens', (size) => {
    it.each(chains)('gives what logits of -Infinity give: %o', (options) => {
      for (const share of [0.002, 0.05, 0.5, 0.97, 1]) {
        const allowed = Array.from({ length: size }, (_, id) => id).filter(() => random.nextFloat() < share);
        if (allowed.length === 0) allowed.push(size - 1);
        const mask = maskOf(size, allowed);
        const fits = options.logitBias === undefined || size > 3;
        if (!fits) continue;
        const first = createSampler(options);
        const second = createSampler(options);
        for (let round = 0; round < 5; round++) {
          const logits = Float32Array.from({ length: size }, () => random.nextFloat() * 10);
          const masked = logits.map((logit, id) => (allowed.includes(id) ? logit : Number.NEGATIVE_INFINITY));
          const applied = logits.slice();
          applyMask(applied, mask);
          expect(applied).toEqual(masked);
          const token = first.sample(logits, none, 0, mask);
          expect(token).toBe(second.sample(masked, none, 0));
          expect(allowed).toContain(token);
        }
      }
    });
  });

  it.each([{}, { temperature: 1 }])('is checked, with %o', (options) => {
    const sampler = createSampler(options);
    const sample = (mask: Uint32Array, logits = [1, 2, 3]) =>
      sampler.sample(Float32Array.from(logits), none, 0, mask);
    expect(() => sample(new Uint32Array(2))).toThrow(InvalidArgumentError);
    expect(() => sample(new Uint32Array(2))).toThrow(/mask: must have 1 entries for 3 tokens, got 2/);
    expect(() => sample(new Uint32Array(0))).toThrow(/mask: must have 1 entries/);
    expect(() => sample(Uint32Array.of(0))).toThrow(/no token is left to choose from/);
    expect(() => sample(Uint32Array.of(0b1000))).toThrow(/no token is left to choose from/);
    expect(() => sample(Uint32Array.of(1), [-Infinity, 1, 1])).toThrow(/no token is left to choose from/);
    expect(() => sample(Uint32Array.of(2), [1, Number.NaN, 1])).toThrow(/token 1 is NaN/);
    expect(() => sample(Uint32Array.of(2), [1, Infinity, 1])).toThrow(/token 1 is Infinity/);
    expect(sample(Uint32Array.of(0b101), [1, Number.NaN, 3])).toBeOneOf([0, 2]);
  });
});

describe('half precision', () => {
  /** The value of a bit pattern, from the definition of the format. */
  function halfToNumber(half: number): number {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 0x3ff;
    if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  }

  it('widens every bit pattern exactly', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const wide = createFloat16Reader()(all);
    for (const half of all) expect(Object.is(wide[half], halfToNumber(half))).toBe(true);
  });

  it('samples as the same logits in float32 do', () => {
    const halves = Uint16Array.from({ length: 300 }, (_, i) => 0x3c00 + ((i * 37) % 1024));
    const options = { temperature: 1, topK: 50, seed: 4, vocabularySize: 300 };
    const first = createSampler(options);
    const second = createSampler(options);
    const { Float16Array } = globalThis as unknown as {
      Float16Array?: new (buffer: ArrayBuffer) => Uint16Array;
    };
    for (let round = 0; round < 20; round++) {
      const logits = Float32Array.from(halves, halfToNumber);
      const given = round % 2 && Float16Array ? new Float16Array(halves.slice().buffer) : halves;
      expect(first.sample(given, none, 0)).toBe(second.sample(logits, none, 0));
    }
    expect(halves[1]).toBe(0x3c00 + 37);
  });

  it('names the token that overflowed', () => {
    const sampler = createSampler({ temperature: 1 });
    expect(() => sampler.sample(Uint16Array.of(0x3c00, 0x7c00), none, 0)).toThrow(/token 1 is Infinity/);
    expect(() => sampler.sample(Uint16Array.of(0x7e00, 0x3c00), none, 0)).toThrow(/token 0 is NaN/);
    expect(sampler.sample(Uint16Array.of(0xfc00, 0x3c00), none, 0)).toBe(1);
  });
});
