import { buildGraph, cpuExactProfile, cpuProfile } from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openBackend, slowModel, someTokens } from './open-backend.ts';
import { referenceLogits } from './reference-llama.ts';
import { createTinyModel, packPlan } from './tiny-model.ts';

const model = createTinyModel();
const tokens = someTokens(12);
const request = { slot: 0, position: 0, tokens, logits: 'last' } as const;

describe('the life of a backend', () => {
  it('can be disposed twice, and is of no use afterwards', async () => {
    const backend = await openBackend(model);
    const logits = await backend.forward(request);
    const copy = logits.slice();
    await Promise.all([backend[Symbol.asyncDispose](), backend[Symbol.asyncDispose]()]);
    await backend[Symbol.asyncDispose]();
    await expect(backend.forward(request)).rejects.toMatchObject({ code: 'disposed' });
    await expect(backend.storage.grow(100, [0])).rejects.toMatchObject({ code: 'disposed' });
    expect(logits).toEqual(copy);
  });

  it('ends after the work that was asked for before', async () => {
    const slow = createTinyModel(slowModel);
    const backend = await openBackend(slow, { initialCapacity: 600 });
    const long = { ...request, tokens: someTokens(600) };
    let finished = 0;
    const steps = [backend.forward(long), backend.storage.grow(700, [600]), backend.forward(request)];
    const counted = steps.map((step) => step.then(() => finished++));
    const disposal = backend[Symbol.asyncDispose]();
    await expect(backend.forward(request)).rejects.toMatchObject({ code: 'disposed' });
    await disposal;
    expect(finished).toBe(3);
    await Promise.all(counted);
  });

  it('has weights of its own: those given may be changed', async () => {
    const reference = referenceLogits(model, tokens);
    for (const type of ['F32', 'Q8_0'] as const) {
      const source = type === 'F32' ? model : createTinyModel({ type });
      const plan = buildGraph(source.checkpoint, {
        profile: type === 'F32' ? cpuExactProfile : cpuProfile,
      });
      const weights = await packPlan(plan, source.checkpoint);
      await using backend = await createNodeBackend(plan, weights, { threads: 1 });
      const before = (await backend.forward(request)).slice();
      weights.fill(0xff);
      plan.model.fill(0);
      expect(await backend.forward(request)).toEqual(before);
      if (type === 'F32') expect(relativeError(before, reference.at(-1)!)).toBeLessThan(1e-5);
    }
  });

  it('takes weights from the middle of a larger buffer', async () => {
    const plan = buildGraph(model.checkpoint, { profile: cpuExactProfile });
    const packed = await packPlan(plan, model.checkpoint);
    const larger = new Uint8Array(packed.byteLength + 80);
    const weights = larger.subarray(20, 20 + packed.byteLength);
    weights.set(packed);
    await using backend = await createNodeBackend(plan, weights, { threads: 1 });
    expect(
      relativeError(await backend.forward(request), referenceLogits(model, tokens).at(-1)!),
    ).toBeLessThan(1e-5);
  });

  it('goes on beside another backend', async () => {
    const other = createTinyModel({ seed: 2, headSize: 32 });
    await using first = await openBackend(model);
    await using second = await openBackend(other);
    const runs = Array.from({ length: 20 }, async (_, index) => {
      const [backend, source] = index % 2 === 0 ? [first, model] : [second, other];
      const logits = (await backend.forward(request)).slice();
      expect(relativeError(logits, referenceLogits(source, tokens).at(-1)!)).toBeLessThan(1e-5);
    });
    await Promise.all(runs);
    await first[Symbol.asyncDispose]();
    expect(relativeError(await second.forward(request), referenceLogits(other, tokens).at(-1)!)).toBeLessThan(
      1e-5,
    );
  });
});
