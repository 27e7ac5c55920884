import { createEngine, type Engine } from '@llamella/engine';
import { buildGraph, cpuExactProfile, cpuProfile, type Profile } from '@llamella/graph';
import { createKvCache } from '@llamella/kv-cache';
import { createNodeBackend } from '@llamella/runtime-node';
import { createSampler, logprobs } from '@llamella/sampler';
import type { Backend, Tokenizer } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
import { fileSource, loadModel } from 'llamella';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packWeights } from '../src/pack-weights.ts';
import { collect } from './support/collect.ts';
import { goldenFile, readGolden } from './support/golden-file.ts';

interface LlamaGolden {
  readonly encode_bos: { readonly text: string; readonly ids: number[] }[];
  readonly greedy_text_until_bos: string;
  readonly greedy_from_bos: number[];
  readonly greedy_logits_first16: number[][];
  readonly prompts: { readonly prompt_ids: number[]; readonly greedy_ids: number[] }[];
}

interface LossGolden {
  readonly nll_nats: { readonly ids: number[]; readonly nll: number[] }[];
  readonly greedy_from_bos_mean_nll_nats: number;
}

const golden = readGolden<LlamaGolden>('stories260K.golden.json');
const losses = readGolden<LossGolden>('stories260K-transformers.golden.json');

/** Ids are all that the tests of the graph need. */
const tokenizer: Tokenizer = {
  vocabularySize: 512,
  specialTokenIds: { bos: 1 },
  endOfGenerationIds: new Set(),
  encode: () => new Uint32Array(0),
  decode: (ids) => [...ids].join(' '),
  createDecoder: () => ({ push: (id) => `${id} `, flush: () => '' }),
  idToToken: (id) => (id < 512 ? String(id) : undefined),
  tokenToId: (token) => Number(token),
  tokenBytes: (id) => new TextEncoder().encode(`${id} `),
};

async function load(profile: Profile): Promise<{ backend: Backend; engine: Engine }> {
  await using checkpoint = await openGguf(await fileSource(goldenFile('stories260K-f32.gguf')));
  const plan = buildGraph(checkpoint, { profile });
  const backend = await createNodeBackend(plan, await packWeights(plan, checkpoint));
  const cache = createKvCache({ storage: backend.storage, contextLength: backend.info.contextLength });
  return { backend, engine: createEngine({ backend, tokenizer, cache, createSampler, logprobs }) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Heads of 8 take the graph where rotation is a node of its own. Both profiles compute F32 weights in float32.
describe.each([cpuExactProfile, cpuProfile])('stories260K with the profile $name', (profile) => {
  let backend: Backend;
  let engine: Engine;

  beforeAll(async () => {
    ({ backend, engine } = await load(profile));
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  const greedy = (prompt: readonly number[], maxTokens: number) =>
    collect(engine.generate(Uint32Array.from(prompt), { maxTokens, temperature: 0 }));

  /** Negative log-likelihood of each token but the first. */
  async function nll(ids: readonly number[]): Promise<number[]> {
    const values: number[] = [];
    await engine.forEachLogits(Uint32Array.from(ids.slice(0, -1)), (logits, position) => {
      values.push(-logprobs(logits, ids[position + 1]!, 0).logprob);
    });
    return values;
  }

  test('writes the 511 tokens of llama2.c and then finds the context full', async () => {
    const [bos, ...expected] = golden.greedy_from_bos;
    const { tokens, finishReason } = await greedy([bos!], 600);
    expect(tokens).toEqual(expected);
    expect(finishReason).toBe('context-full');
  });

  test.each(golden.prompts)('continues prompt %# as llama2.c does', async ({ prompt_ids, greedy_ids }) => {
    expect((await greedy(prompt_ids, greedy_ids.length)).tokens).toEqual(greedy_ids);
  });

  test('gives the logits of llama2.c, in one step and token by token', async () => {
    const expected = golden.greedy_logits_first16;
    const ids = Uint32Array.from(golden.greedy_from_bos.slice(0, expected.length));
    let largest = 0;
    const compare = (logits: Float32Array, position: number) => {
      expect(logits).toHaveLength(512);
      for (const [id, logit] of expected[position]!.entries())
        largest = Math.max(largest, Math.abs(logits[id]! - logit));
    };
    await engine.forEachLogits(ids, compare);
    for (const [position, id] of ids.entries()) {
      const tokens = Uint32Array.of(id);
      compare(await backend.forward({ slot: 0, position, tokens, logits: 'last' }), position);
    }
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-3);
  });

  test.each(losses.nll_nats)(
    'finds text %# as likely as transformers does',
    async ({ ids, nll: expected }) => {
      const values = await nll(ids);
      expect(values).toHaveLength(expected.length);
      for (const [index, value] of values.entries())
        expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4);
    },
  );

  test('has the mean loss of transformers over its own 511 tokens', async () => {
    const value = mean(await nll(golden.greedy_from_bos));
    expect(Math.abs(value - losses.greedy_from_bos_mean_nll_nats)).toBeLessThan(1e-4);
  });
});

test('stories260K with its own tokenizer, SentencePiece, tells the story of llama2.c', async () => {
  await using model = await loadModel(goldenFile('stories260K-f32.gguf'));
  for (const { text, ids } of golden.encode_bos) expect([...model.tokenizer.encode(text)], text).toEqual(ids);
  const story = golden.greedy_text_until_bos;
  let text = '';
  for await (const part of model.generate('', { temperature: 0, stopTokens: [1] })) text += part.text;
  expect(text.trim()).toBe(story.trim());
});
