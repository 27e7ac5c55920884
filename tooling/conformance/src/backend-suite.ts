import type { Backend, ForwardRequest } from '@llamella/spec';
import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
import { errorCode } from './error-code.ts';
import { keepTop } from './keep-top.ts';
import { createRandom } from './random.ts';

/** Makes a fresh backend over the same weights. The context must hold 32 tokens or more. */
export type CreateBackend = () => Backend | Promise<Backend>;

export interface BackendSuiteOptions {
  /** Largest difference between logits that should be equal, relative to the largest of them. Default 1e-4. */
  readonly tolerance?: number;
}

const isChosen = (logit: number) => (logit === Number.NEGATIVE_INFINITY ? 0 : 1);

/** Requirements on {@link Backend} and its storage. */
export function backendCases(
  create: CreateBackend,
  { tolerance = 1e-4 }: BackendSuiteOptions = {},
): ConformanceCase[] {
  const length = 20;

  function expectClose(actual: Float32Array, wanted: Float32Array): void {
    expect(actual.length).toBe(wanted.length);
    let scale = 1e-6;
    let difference = 0;
    for (let index = 0; index < wanted.length; index++) {
      scale = Math.max(scale, Math.abs(wanted[index]!));
      const here = Math.abs(wanted[index]! - actual[index]!);
      if (!(here <= difference)) difference = here;
    }
    expect(difference / scale).toBeLessThanOrEqual(tolerance);
  }

  const largestDifference = (a: Float32Array, b: Float32Array) =>
    a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);

  const withBackend = (name: string, body: (backend: Backend, prompt: Uint32Array) => Promise<void>) => ({
    name,
    async run() {
      const backend = await create();
      try {
        const random = createRandom(11);
        const { vocabularySize } = backend.info;
        await body(
          backend,
          Uint32Array.from({ length }, () => random.integer(vocabularySize)),
        );
      } finally {
        await backend[Symbol.asyncDispose]();
      }
    },
  });

  const grow = (backend: Backend, capacity: number, kept = 0) =>
    backend.storage.grow(capacity, new Array(backend.storage.slots).fill(kept));

  /** Logits of `tokens` at `position`, copied. */
  const forward = async (
    backend: Backend,
    position: number,
    tokens: Uint32Array,
    logits: ForwardRequest['logits'] = 'last',
    slot = 0,
  ) => (await backend.forward({ slot, position, tokens, logits })).slice();

  /** Logits of the last of `tokens`, from a slot that has room for them. */
  const whole = async (backend: Backend, tokens: Uint32Array, slot = 0) => {
    if (backend.storage.capacity < length) await grow(backend, length);
    return forward(backend, 0, tokens, 'last', slot);
  };

  return [
    withBackend('describes itself', async ({ info, storage }) => {
      expect(info.device).not.toBe('');
      for (const value of [info.vocabularySize, info.contextLength, info.prefillChunk]) {
        expect(Number.isInteger(value) && value > 0).toBe(true);
      }
      expect(storage.slots).toBeGreaterThanOrEqual(1);
      expect(storage.bytesPerToken).toBeGreaterThan(0);
      expect(storage.capacity).toBeGreaterThanOrEqual(0);
    }),
    withBackend('returns one row of logits, all, or none', async (backend, prompt) => {
      const last = await whole(backend, prompt);
      const all = await forward(backend, 0, prompt, 'all');
      const none = await forward(backend, 0, prompt, 'none');
      const { vocabularySize } = backend.info;
      expect([last.length, all.length, none.length]).toEqual([vocabularySize, length * vocabularySize, 0]);
      expect(all.every(Number.isFinite)).toBe(true);
      expectClose(last, all.subarray((length - 1) * vocabularySize));
    }),
    withBackend('returns the largest logits alone, if it says that it can', async (backend, prompt) => {
      const { mostTopLogits, vocabularySize } = backend.info;
      const last = await whole(backend, prompt);
      const top = (count: number) => forward(backend, 0, prompt, { top: count });
      if (mostTopLogits === undefined) {
        expect(await errorCode(() => top(1))).toBe('invalid-argument');
        return;
      }
      for (const count of new Set([1, 2, 5, Math.min(mostTopLogits, vocabularySize)])) {
        const found = await top(count);
        const wanted = keepTop(last.slice(), count);
        expect(found.map(isChosen)).toEqual(wanted.map(isChosen));
        expectClose(found.filter(Number.isFinite), wanted.filter(Number.isFinite));
      }
      for (const count of [0, 1.5, mostTopLogits + 1]) {
        expect(await errorCode(() => top(count))).toBe('invalid-argument');
      }
    }),
    withBackend('gives the same logits in chunks of any size', async (backend, prompt) => {
      const expected = await whole(backend, prompt);
      for (const size of [1, 3, 7, length - 1]) {
        let logits = new Float32Array(0);
        for (let position = 0; position < length; position += size) {
          logits = await forward(backend, position, prompt.subarray(position, position + size));
        }
        expectClose(logits, expected);
      }
    }),
    withBackend('gives rows that do not depend on later tokens', async (backend, prompt) => {
      await grow(backend, length);
      const { vocabularySize } = backend.info;
      const all = await forward(backend, 0, prompt, 'all');
      for (const end of [1, 2, 9]) {
        const row = all.subarray((end - 1) * vocabularySize, end * vocabularySize);
        expectClose(await forward(backend, 0, prompt.subarray(0, end)), row);
      }
    }),
    withBackend('depends on every token and its place', async (backend, prompt) => {
      const expected = await whole(backend, prompt);
      for (const place of [0, 7, length - 1]) {
        const other = prompt.slice();
        other[place] = (other[place]! + 1) % backend.info.vocabularySize;
        expect(largestDifference(await whole(backend, other), expected)).toBeGreaterThan(0);
      }
      const swapped = prompt.slice();
      [swapped[3], swapped[12]] = [prompt[12]!, prompt[3]!];
      expect(largestDifference(await whole(backend, swapped), expected)).toBeGreaterThan(0);
    }),
    withBackend('overwrites positions that are run again', async (backend, prompt) => {
      const expected = await whole(backend, prompt);
      await whole(
        backend,
        Uint32Array.from(prompt, (id) => (id + 1) % backend.info.vocabularySize),
      );
      await forward(backend, 0, prompt.subarray(0, 12), 'none');
      expectClose(await forward(backend, 12, prompt.subarray(12)), expected);
    }),
    withBackend('does not see positions after the step', async (backend, prompt) => {
      const short = prompt.subarray(0, 6);
      const expected = await whole(backend, short);
      await whole(backend, prompt);
      expectClose(await whole(backend, short), expected);
    }),
    withBackend('keeps what it holds when its storage grows', async (backend, prompt) => {
      const expected = await whole(backend, prompt);
      await forward(backend, 0, prompt.subarray(0, 9), 'none');
      for (const capacity of [length + 1, length + 5, 32]) {
        await grow(backend, capacity, 9);
        expect(backend.storage.capacity).toBeGreaterThanOrEqual(capacity);
        expectClose(await forward(backend, 9, prompt.subarray(9)), expected);
      }
    }),
    withBackend('keeps its slots apart', async (backend, prompt) => {
      const { slots } = backend.storage;
      if (slots < 2) return;
      const other = prompt.toReversed();
      const [expected, otherExpected] = [await whole(backend, prompt), await whole(backend, other)];
      await forward(backend, 0, prompt.subarray(0, 10), 'none', 0);
      await forward(backend, 0, other.subarray(0, 10), 'none', slots - 1);
      await grow(backend, 32, 10);
      expectClose(await forward(backend, 10, prompt.subarray(10), 'last', 0), expected);
      expectClose(await forward(backend, 10, other.subarray(10), 'last', slots - 1), otherExpected);
    }),
    withBackend('queues calls that are made at once', async (backend, prompt) => {
      const expected = await whole(backend, prompt);
      await forward(
        backend,
        0,
        Uint32Array.from(prompt, () => 0),
        'none',
      );
      const steps = [0, 5, 10].map((position) =>
        backend.forward({ slot: 0, position, tokens: prompt.slice(position, position + 5), logits: 'none' }),
      );
      const last = forward(backend, 15, prompt.subarray(15));
      await Promise.all(steps);
      expectClose(await last, expected);
    }),
    withBackend(
      'rejects with the reason of an abort, and keeps the positions before the step',
      async (backend, prompt) => {
        const expected = await whole(backend, prompt);
        await forward(backend, 0, prompt.subarray(0, 8), 'none');
        const request = { slot: 0, position: 8, tokens: prompt.subarray(8), logits: 'last' } as const;
        const reason = new Error('enough');
        await expect(backend.forward(request, AbortSignal.abort(reason))).rejects.toBe(reason);
        const controller = new AbortController();
        // A runtime that cannot be interrupted may finish the step.
        const step = backend.forward(request, controller.signal).then(
          () => reason,
          (error: unknown) => error,
        );
        setImmediate(() => controller.abort(reason));
        expect(await step).toBe(reason);
        expectClose(await forward(backend, 8, prompt.subarray(8)), expected);
      },
    ),
    withBackend('refuses what is not there', async (backend, prompt) => {
      await grow(backend, length);
      const { slots, capacity } = backend.storage;
      const good = { slot: 0, position: 0, tokens: prompt, logits: 'last' } as const;
      const bad: Partial<ForwardRequest>[] = [
        { tokens: new Uint32Array(0) },
        { tokens: Uint32Array.of(0, backend.info.vocabularySize) },
        { slot: slots },
        { slot: -1 },
        { position: -1 },
        { position: capacity - length + 1 },
      ];
      for (const change of bad) {
        expect(await errorCode(() => backend.forward({ ...good, ...change }))).not.toBe('no error');
      }
      expect((await forward(backend, 0, prompt)).length).toBe(backend.info.vocabularySize);
    }),
    withBackend('says `disposed` after it was disposed', async (backend, prompt) => {
      await grow(backend, length);
      await backend[Symbol.asyncDispose]();
      const request = { slot: 0, position: 0, tokens: prompt, logits: 'none' } as const;
      expect(await errorCode(() => backend.forward(request))).toBe('disposed');
    }),
  ];
}

/** Runs every requirement on {@link Backend} as vitest tests. */
export function describeBackend(
  create: CreateBackend,
  options?: BackendSuiteOptions & { readonly skip?: readonly SkippedCase[] },
): void {
  registerCases('Backend', backendCases(create, options), options?.skip);
}
