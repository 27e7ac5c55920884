import { cpuFineGridProfile, cpuProfile } from '@llamella/graph';
import type { Backend, ForwardRequest } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openBackend, someTokens } from './open-backend.ts';
import { referenceLogits } from './reference-llama.ts';
import { createTinyModel, type TinyModelOptions } from './tiny-model.ts';

const FLOAT32_ERROR = 1e-5;

const shapes: Record<string, TinyModelOptions> = {
  'neighbouring pairs': {},
  'halves as pairs': { ropeInterleaved: false },
  'heads of 8, rotated by nodes of their own': { headSize: 8, headCount: 8 },
  'heads of 8, halves as pairs': { headSize: 8, headCount: 8, ropeInterleaved: false },
  'heads of 64, one key and value head': { headSize: 64, headCount: 3, keyValueHeadCount: 1 },
  'as many key and value heads as heads': { keyValueHeadCount: 4 },
  'an output matrix of its own': { tiedEmbeddings: false },
  'one layer': { layerCount: 1 },
  'float16 weights': { type: 'F16' },
  'bfloat16 weights': { type: 'BF16' },
  'Q8_0 weights, decoded': { type: 'Q8_0' },
  'Q4_0 weights, decoded': { type: 'Q4_0' },
  'Q4_1 weights, decoded': { type: 'Q4_1' },
};

describe.each(Object.entries(shapes))('a model with %s', (_, options) => {
  const model = createTinyModel(options);
  const tokens = someTokens(40);
  const reference = referenceLogits(model, tokens);
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(model);
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  const run = async (start: number, end: number, logits: ForwardRequest['logits'] = 'last') =>
    (await backend.forward({ slot: 0, position: start, tokens: tokens.slice(start, end), logits })).slice();
  const expectRow = (logits: Float32Array, position: number) =>
    expect(relativeError(logits, reference[position]!)).toBeLessThan(FLOAT32_ERROR);

  it('gives the logits of the reference for every token of a prompt', async () => {
    const all = await run(0, tokens.length, 'all');
    for (const position of tokens.keys())
      expectRow(all.subarray(position * 96, (position + 1) * 96), position);
  });

  it('gives them in chunks, token by token, and after going back', async () => {
    for (const [start, end] of [
      [0, 7],
      [7, 8],
      [8, 30],
      [30, 40],
    ] as const) {
      expectRow(await run(start, end), end - 1);
    }
    expect(await run(0, 9, 'none')).toHaveLength(0);
    for (let position = 9; position < 20; position++) expectRow(await run(position, position + 1), position);
    expectRow(await run(12, 13), 12);
    const some = await run(13, 16, 'all');
    for (const row of [0, 1, 2]) expectRow(some.subarray(row * 96, (row + 1) * 96), 13 + row);
  });
});

/** Activations on an 8-bit grid: each product is off by about 0.5 %, and the layers add that up. */
const eightBitError = 0.15;

describe.each(['Q8_0', 'Q4_0', 'Q4_1'] as const)('%s weights with 8-bit activations', (type) => {
  it.each([cpuProfile, cpuFineGridProfile])('stay near the reference ($name)', async (profile) => {
    const model = createTinyModel({ type });
    const tokens = someTokens(24);
    const reference = referenceLogits(model, tokens);
    await using backend = await openBackend(model, { profile });
    const all = await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' });
    const errors = reference.map((row, at) => relativeError(all.subarray(at * 96, (at + 1) * 96), row));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.max(...errors)).toBeLessThan(eightBitError);
    expect(mean).toBeLessThan(eightBitError / 3);
    expect(mean).toBeGreaterThan(FLOAT32_ERROR);
  });
});
