import type { Backend } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openBackend, someTokens } from './open-backend.ts';
import { referenceLogits } from './reference-llama.ts';
import { createTinyModel } from './tiny-model.ts';

const model = createTinyModel();
const tokens = someTokens(48);
const reference = referenceLogits(model, tokens);

const run = (backend: Backend, start: number, end: number, slot = 0) =>
  backend.forward({ slot, position: start, tokens: tokens.slice(start, end), logits: 'last' });

describe('the KV storage', () => {
  it('grows several times in the middle of a sequence, in every slot', async () => {
    await using backend = await openBackend(model, { slots: 3, initialCapacity: 5 });
    const { storage } = backend;
    expect([storage.capacity, storage.slots]).toEqual([5, 3]);
    expect(storage.bytesPerToken).toBe(2 * 2 * 2 * 16 * 4);
    const lengths = [5, 3, 0];
    for (const slot of [0, 1]) await run(backend, 0, lengths[slot]!, slot);
    for (const capacity of [6, 17, 48]) {
      await storage.grow(capacity, lengths);
      expect(storage.capacity).toBe(capacity);
      for (const slot of [0, 1, 2]) {
        const start = lengths[slot]!;
        const end = Math.min(start + 3, capacity);
        if (end === start) continue;
        const logits = await run(backend, start, end, slot);
        expect(relativeError(logits, reference[end - 1]!)).toBeLessThan(1e-5);
        lengths[slot] = end;
      }
    }
  });

  it('keeps its size when asked for less than it has', async () => {
    await using backend = await openBackend(model, { initialCapacity: 10 });
    await backend.storage.grow(4, [0]);
    expect(backend.storage.capacity).toBe(10);
  });

  it('starts with no more than the context', async () => {
    await using backend = await openBackend(model, { initialCapacity: 1000, contextLength: 30 });
    expect(backend.storage.capacity).toBe(30);
    expect(backend.info.contextLength).toBe(30);
    await expect(backend.storage.grow(31, [0])).rejects.toMatchObject({ code: 'context-full' });
  });

  it.each([
    [Number.NaN, [0], 'capacity'],
    [20.5, [0], 'capacity'],
    [20, [], 'lengths'],
    [20, [9], 'lengths[0]'],
    [20, [-1], 'lengths[0]'],
  ])('refuses to grow to %d keeping %j', async (capacity, lengths, argument) => {
    await using backend = await openBackend(model, { initialCapacity: 8 });
    await run(backend, 0, 8);
    await expect(backend.storage.grow(capacity, lengths)).rejects.toMatchObject({
      code: 'invalid-argument',
      argument,
    });
    expect(backend.storage.capacity).toBe(8);
    expect(relativeError(await run(backend, 4, 8), reference[7]!)).toBeLessThan(1e-5);
  });

  it('says how much memory there is not, and goes on with what it has', async () => {
    const large = createTinyModel({ contextLength: 2 ** 16, headSize: 64, keyValueHeadCount: 4 });
    await using backend = await openBackend(large, {
      contextLength: 2 ** 16,
      slots: 4096,
      initialCapacity: 1,
    });
    await expect(backend.storage.grow(2 ** 16, new Array(4096).fill(0))).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('4096 x 65536 tokens (1099511627776 bytes)'),
    });
    expect(backend.storage.capacity).toBe(1);
    expect((await run(backend, 0, 1)).every(Number.isFinite)).toBe(true);
    await expect(
      openBackend(large, { contextLength: 2 ** 16, slots: 4096, initialCapacity: 2 ** 16 }),
    ).rejects.toMatchObject({ code: 'backend' });
  });

  it('runs growths and steps one after the other, however they are called', async () => {
    await using backend = await openBackend(model, { initialCapacity: 16 });
    const results = await Promise.all([
      run(backend, 0, 16).then((logits) => logits.slice()),
      backend.storage.grow(20, [16]),
      run(backend, 16, 20).then((logits) => logits.slice()),
      backend.storage.grow(48, [20]),
      run(backend, 20, 48).then((logits) => logits.slice()),
    ]);
    for (const [index, end] of [
      [0, 16],
      [2, 20],
      [4, 48],
    ] as const) {
      expect(relativeError(results[index] as Float32Array, reference[end - 1]!)).toBeLessThan(1e-5);
    }
  });
});
