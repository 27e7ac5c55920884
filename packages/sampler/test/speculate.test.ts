import { describe, expect, it } from 'vitest';
import { acceptToken, verifyDraft, verifySampled } from '../src/decoding.ts';
import { createRandom, createSampler } from '../src/index.ts';

const normalize = (weights: number[]) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(weights, (weight) => weight / total);
};
/** Pearson's statistic of `counts` against `probabilities`. */
function chiSquare(counts: number[], probabilities: Float64Array): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, i) => {
    const expected = draws * probabilities[i]!;
    return expected === 0 ? sum + count * 1e9 : sum + (count - expected) ** 2 / expected;
  }, 0);
}
function drawFrom(distribution: Float64Array, point: number): number {
  let sum = 0;
  return distribution.findIndex((probability) => (sum += probability) > point);
}

// Fixed seeds make these deterministic. The bounds are exceeded with probability 0.001 by a correct implementation.
describe('speculative sampling keeps the distribution of the target', () => {
  const target = normalize([8, 1, 5, 0, 3, 2]);
  const drafts = {
    'another distribution': normalize([1, 4, 2, 3, 3, 1]),
    'the same distribution': target,
    'one token': normalize([1, 0, 0, 0, 0, 0]),
    'nothing in common but little': normalize([0, 1, 0, 99, 0, 0]),
  };
  it.each(Object.entries(drafts))('drafted from %s', (_name, draft) => {
    const random = createRandom(21);
    const counts = new Array<number>(6).fill(0);
    let accepted = 0;
    for (let i = 0; i < 60_000; i++) {
      const drafted = drawFrom(draft, random.nextFloat());
      const token = acceptToken(target, draft, drafted, random);
      counts[token]!++;
      if (token === drafted) accepted++;
    }
    expect(chiSquare(counts, target)).toBeLessThan(18.5);
    // The probability of acceptance is what the two have in common.
    const common = target.reduce((sum, probability, i) => sum + Math.min(probability, draft[i]!), 0);
    expect(Math.abs(accepted / 60_000 - common)).toBeLessThan(0.008);
  });

  it('over rows of tokens', () => {
    // The distribution of a token depends on the one before it.
    const after = [normalize([1, 2, 3]), normalize([5, 1, 1]), normalize([1, 4, 2])];
    const drafter = [normalize([2, 2, 1]), normalize([1, 1, 1]), normalize([1, 1, 6])];
    const random = createRandom(22);
    const counts = new Array<number>(27).fill(0);
    const joint = Float64Array.from({ length: 27 }, (_, code) => {
      const [a, b, c] = [Math.floor(code / 9), Math.floor(code / 3) % 3, code % 3];
      return after[0]![a!]! * after[a!]![b!]! * after[b!]![c!]!;
    });
    for (let i = 0; i < 60_000; i++) {
      const text = [0];
      while (text.length < 4) {
        const tokens: number[] = [];
        const contexts = [text.at(-1)!];
        for (let j = 0; j < 2; j++) {
          tokens.push(drawFrom(drafter[contexts.at(-1)!]!, random.nextFloat()));
          contexts.push(tokens.at(-1)!);
        }
        const targets = contexts.map((context) => after[context]!);
        const from = contexts.slice(0, 2).map((context) => drafter[context]!);
        const { accepted, token } = verifySampled(targets, from, tokens, random);
        text.push(...tokens.slice(0, accepted), token);
      }
      counts[text[1]! * 9 + text[2]! * 3 + text[3]!]!++;
    }
    expect(chiSquare(counts, joint)).toBeLessThan(54);
  });

  it('is told apart from taking every token', () => {
    const random = createRandom(23);
    const counts = new Array<number>(6).fill(0);
    const draft = drafts['another distribution'];
    for (let i = 0; i < 60_000; i++) counts[drawFrom(draft, random.nextFloat())]!++;
    expect(chiSquare(counts, target)).toBeGreaterThan(1000);
  });

  it('refuses what does not fit', () => {
    const random = createRandom(1);
    expect(() => acceptToken(target, normalize([1, 1]), 0, random)).toThrow(/draft: must have 6 entries/);
    expect(() => acceptToken(target, drafts['one token'], 1, random)).toThrow(/token: 1 has no probability/);
    expect(() => acceptToken(target, target, 9, random)).toThrow(/token: 9 has no probability/);
    expect(() => verifySampled([target], [target], [0], random)).toThrow(
      /targets: must have 2 entries, one more/,
    );
  });
});

describe('verifyDraft', () => {
  const SIZE = 20;
  /** Logits that depend on the last two tokens. */
  const model = (tokens: Uint32Array, count: number) =>
    Float32Array.from(
      { length: SIZE },
      (_, i) => 3 * Math.sin(i * 7 + tokens[count - 1]! * 3 + (tokens[count - 2] ?? 0)),
    );
  const options = { temperature: 0.9, topP: 0.9, repetitionPenalty: 1.2, seed: 31 };

  it.each([0, 1, 4])('gives the tokens that it gives without speculation, %d drafted at once', (ahead) => {
    const plain = new Uint32Array(64);
    const alone = createSampler(options);
    for (let count = 1; count < 60; count++) plain[count] = alone.sample(model(plain, count), plain, count);

    const tokens = new Uint32Array(64);
    const sampler = createSampler(options);
    const random = createRandom(32);
    let count = 1;
    let taken = 0;
    while (count < 55) {
      const draft = Array.from({ length: ahead }, (_, i) =>
        random.nextFloat() < 0.6 ? plain[count + i]! : random.nextUint32() % SIZE,
      );
      const context = Uint32Array.of(...tokens.subarray(0, count), ...draft);
      const rows = Array.from({ length: ahead + 1 }, (_, i) => model(context, count + i));
      const { accepted, token } = verifyDraft(sampler, rows, tokens, count, draft);
      expect(Array.from(tokens.subarray(count, count + accepted))).toEqual(draft.slice(0, accepted));
      count += accepted;
      tokens[count++] = token;
      taken += accepted;
    }
    expect(tokens.subarray(0, count)).toEqual(plain.subarray(0, count));
    if (ahead > 0) expect(taken).toBeGreaterThan(10);
  });

  it('refuses what does not fit', () => {
    const sampler = createSampler();
    const row = new Float32Array(4);
    expect(() => verifyDraft(sampler, [row], new Uint32Array(4), 1, [2])).toThrow(
      /rows: must have 2 entries, one more/,
    );
    expect(() => verifyDraft(sampler, [row, row], new Uint32Array(1), 1, [2])).toThrow(/tokens: has no room/);
  });
});
