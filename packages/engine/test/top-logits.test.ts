import { createByteTokenizer, keepTop } from '@llamella/conformance';
import type { Sampler, SamplingOptions } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { ListGrammar } from './support/list-grammar.ts';
import { collect, createSampler, type SetupOptions, setup } from './support/setup.ts';

const prompt = createByteTokenizer().encode('The largest logits');

/** As the sampler's: 1 for the most likely token, k where only top-k narrows. */
const topLogitsNeeded = ({ temperature = 0, topK, repetitionPenalty }: SamplingOptions) =>
  repetitionPenalty === undefined ? (temperature === 0 ? 1 : topK) : undefined;

function withTopK(options: SamplingOptions): Sampler {
  const sampler = createSampler(options);
  return {
    sample(logits, tokens, count, mask) {
      return sampler.sample(options.topK ? keepTop(logits, options.topK) : logits, tokens, count, mask);
    },
  };
}

async function run(
  options: SetupOptions,
  generate: Parameters<ReturnType<typeof setup>['engine']['generate']>[1],
) {
  const { engine, backend } = setup({ prefillChunk: 8, createSampler: withTopK, ...options });
  const { tokens } = await collect(engine.generate(prompt, { maxTokens: 6, ...generate }));
  return { tokens, asked: [...new Set(backend.requests.map(({ logits }) => logits))] };
}

const able = { mostTopLogits: 50, topLogitsNeeded };

describe('a backend that finds the largest logits', () => {
  it.each([
    ['top 1', {}],
    ['top 40', { temperature: 1.5, topK: 40, seed: 1 }],
  ] as const)('is asked for %s with %j, and the tokens are the same', async (logits, options) => {
    const whole = await run({}, options);
    const found = await run(able, options);
    expect(found.tokens).toEqual(whole.tokens);
    expect(found.asked).toEqual(['none', logits]);
    expect(whole.asked).toEqual(['none', 'last']);
  });

  it.each([
    ['a step that needs all', able, { repetitionPenalty: 1.2 }],
    ['more than it finds', able, { temperature: 1, topK: 51, seed: 1 }],
    [
      'log probabilities',
      { ...able, logprobs: (_, token) => ({ token, logprob: 0, top: [] }) },
      { logprobs: 0 },
    ],
    ['a backend that cannot', { topLogitsNeeded }, {}],
    ['no such function', { mostTopLogits: 50 }, {}],
  ] as const satisfies [string, SetupOptions, object][])(
    'gives all logits for %s',
    async (_, options, generate) => {
      expect((await run(options, generate)).asked).toEqual(['none', 'last']);
    },
  );

  it('gives all logits for a grammar', async () => {
    using grammar = new ListGrammar(['~abcdefgh', 'xyz']);
    const { asked, tokens } = await run(able, { grammar });
    expect(asked).toEqual(['none', 'last']);
    expect(tokens.length).toBeGreaterThan(0);
  });
});
