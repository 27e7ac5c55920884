import type { Backend } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openBackend, slowModel, someTokens } from './open-backend.ts';
import { createTinyModel } from './tiny-model.ts';

describe('a long step', () => {
  const tokens = someTokens(2000);
  let backend: Backend;
  let expected: Float32Array;
  const run = (position: number, signal?: AbortSignal) =>
    backend.forward({ slot: 0, position, tokens: tokens.slice(position), logits: 'last' }, signal);

  beforeAll(async () => {
    backend = await openBackend(createTinyModel(slowModel), { initialCapacity: 2048 });
    expected = (await run(0)).slice();
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  it('leaves the event loop alive', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await run(0);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('is interrupted by an abort, and the backend goes on', { retry: 3 }, async () => {
    const prefix = tokens.slice(0, 100);
    await backend.forward({ slot: 0, position: 0, tokens: prefix, logits: 'none' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const started = performance.now();
    const step = run(100, controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(step).rejects.toBe(reason);
    const interrupted = performance.now() - started;
    const restarted = performance.now();
    expect(relativeError(await run(100), expected)).toBeLessThan(1e-5);
    expect(interrupted).toBeLessThan((performance.now() - restarted) * 0.8);
  });

  it('is not disturbed by an abort that comes after it', async () => {
    const controller = new AbortController();
    await run(1990, controller.signal);
    controller.abort();
    expect(relativeError(await run(1990), expected)).toBeLessThan(1e-5);
  });

  it('leaves a call with its own signal alone that waits behind it', async () => {
    const controller = new AbortController();
    const first = run(0, controller.signal);
    const second = run(1500);
    const third = run(1500, controller.signal);
    const outcomes = Promise.allSettled([first, second, third]);
    setTimeout(() => controller.abort(), 10);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  });

  it('is not started when the signal was aborted before', async () => {
    await expect(run(0, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
