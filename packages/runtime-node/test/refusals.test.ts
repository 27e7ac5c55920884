import { buildGraph, cpuExactProfile } from '@llamella/graph';
import { createNodeBackend, type Device, listDevices, type NodeBackendOptions } from '@llamella/runtime-node';
import type { ForwardRequest } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend, someTokens } from './open-backend.ts';
import { createTinyModel, packPlan } from './tiny-model.ts';

const model = createTinyModel();
const plan = buildGraph(model.checkpoint, { profile: cpuExactProfile });
const weights = await packPlan(plan, model.checkpoint);

describe('createNodeBackend', () => {
  it.each([1, -1])('refuses weights that are %d byte too long', async (surplus) => {
    const wrong = new Uint8Array(plan.externalByteLength + surplus);
    await expect(createNodeBackend(plan, wrong)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: `weights: the plan needs ${plan.externalByteLength} bytes, got ${wrong.byteLength}`,
    });
  });

  const bad: [NodeBackendOptions, string][] = [
    [{ threads: 0 }, 'threads'],
    [{ threads: 1.5 }, 'threads'],
    [{ threads: 1_000_000 }, 'threads'],
    [{ slots: -1 }, 'slots'],
    [{ slots: 1e9 }, 'slots'],
    [{ initialCapacity: Number.NaN }, 'initialCapacity'],
    [{ device: 'npu' as Device }, 'device'],
    [{ device: 'toString' as Device }, 'device'],
    [{ providerOptions: { some: 'thing' } }, 'providerOptions'],
  ];
  it.each(bad)('refuses %j', async (options, argument) => {
    await expect(createNodeBackend(plan, weights, options)).rejects.toMatchObject({
      code: 'invalid-argument',
      argument,
    });
  });

  const missing = (['cuda', 'dml', 'coreml'] as const).filter((device) => !listDevices().includes(device));
  it.each(missing)('says that there is no %s here, and what there is', async (device) => {
    await expect(createNodeBackend(plan, weights, { device })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(new RegExp(`^device ${device} is not supported: .*has: cpu`)),
    });
  });

  it('passes on what ONNX Runtime says about a damaged graph', async () => {
    const damaged = { ...plan, model: plan.model.slice(0, 100) };
    await expect(createNodeBackend(damaged, weights)).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('CreateSessionFromArray'),
    });
  });

  it('passes on what ONNX Runtime says about a configuration entry', async () => {
    const configEntries = { ['x'.repeat(5000)]: '1' };
    await expect(createNodeBackend(plan, weights, { configEntries })).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('AddSessionConfigEntry'),
    });
  });
});

describe('forward', () => {
  const backendPromise = openBackend(model, { initialCapacity: 16, slots: 2 });
  beforeAll(() => backendPromise);
  afterAll(async () => (await backendPromise)[Symbol.asyncDispose]());
  const good: ForwardRequest = { slot: 0, position: 0, tokens: someTokens(4), logits: 'last' };

  const bad: [Partial<ForwardRequest>, string, string][] = [
    [{ tokens: new Uint32Array(0) }, 'tokens', 'at least one'],
    [{ tokens: Uint32Array.of(1, 96) }, 'tokens[1]', '96 is not in the vocabulary of 96'],
    [{ tokens: Uint32Array.of(2 ** 32 - 1) }, 'tokens[0]', '4294967295'],
    [{ position: 13 }, 'position', '4 tokens at 13 do not fit into a cache of 16 positions'],
    [{ position: -1 }, 'position', '-1'],
    [{ position: 0.5 }, 'position', '0.5'],
    [{ slot: 2 }, 'slot', '2'],
    [{ slot: -1 }, 'slot', '-1'],
    [{ slot: 0.5 }, 'slot', '0.5'],
    [{ logits: 'some' as 'last' }, 'logits', 'some'],
  ];
  it.each(bad)('refuses %j', async (change, argument, text) => {
    const backend = await backendPromise;
    await expect(backend.forward({ ...good, ...change })).rejects.toMatchObject({
      code: 'invalid-argument',
      argument,
      message: expect.stringContaining(text),
    });
    expect(await backend.forward(good)).toHaveLength(96);
  });

  it('refuses to return more than 4 GiB of logits', async () => {
    const wide = createTinyModel({
      vocabularySize: 80_000,
      hiddenSize: 32,
      contextLength: 16_384,
      layerCount: 1,
    });
    await using backend = await openBackend(wide, { initialCapacity: 16_384 });
    const request = { ...good, tokens: new Uint32Array(16_384), logits: 'all' } as const;
    await expect(backend.forward(request)).rejects.toMatchObject({
      code: 'invalid-argument',
      message:
        'logits: all of 16384 tokens would be 1310720000 numbers: ask for at most 13421 tokens at once',
    });
    expect(await backend.forward(good)).toHaveLength(80_000);
  });
});
