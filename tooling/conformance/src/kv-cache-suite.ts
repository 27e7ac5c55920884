import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
import { errorCode } from './error-code.ts';
import { type CreateKvCache, driveAtRandom, write } from './kv-cache-driver.ts';
import { MemoryStorage } from './memory-storage.ts';
import { createRandom } from './random.ts';

const tokens = (...ids: number[]) => Uint32Array.from(ids);

/** Requirements on {@link KvCache} and {@link KvSequence}. */
export function kvCacheCases(create: CreateKvCache): ConformanceCase[] {
  const make = (slots: number, contextLength = 64) => {
    const storage = new MemoryStorage({ slots });
    return { storage, cache: create({ storage, contextLength }) };
  };
  return [
    {
      name: 'starts empty and records what is appended',
      async run() {
        const { storage, cache } = make(1);
        const sequence = cache.acquire(tokens(1, 2, 3));
        expect(sequence.length).toBe(0);
        await write(storage, sequence, tokens(1, 2, 3));
        expect(sequence.length).toBe(3);
        expect(storage.capacity).toBeGreaterThanOrEqual(3);
        expect(cache.contextLength).toBe(64);
      },
    },
    {
      name: 'reuses the common prefix of a released sequence, and leaves one token to run',
      async run() {
        const { storage, cache } = make(1);
        const first = cache.acquire(tokens(1, 2, 3));
        await write(storage, first, tokens(1, 2, 3, 4));
        first.release();
        for (const [prompt, expected] of [
          [tokens(1, 2, 3, 4, 5), 4],
          [tokens(1, 2, 3, 4), 3],
          [tokens(1, 2, 9), 2],
          [tokens(1, 2, 3), 2],
          [tokens(1), 0],
        ] as const) {
          const next = cache.acquire(prompt);
          expect(next.length).toBe(expected);
          next.release();
        }
      },
    },
    {
      name: 'forgets what lies beyond the prefix of the latest prompt',
      async run() {
        const { storage, cache } = make(1);
        const first = cache.acquire(tokens(1));
        await write(storage, first, tokens(1, 2, 3, 4));
        first.release();
        cache.acquire(tokens(1, 2, 9, 9)).release();
        expect(cache.acquire(tokens(1, 2, 3, 4)).length).toBe(2);
      },
    },
    {
      name: 'takes the free slot with the longest prefix',
      async run() {
        const { storage, cache } = make(3);
        const prompts = [tokens(1, 2, 3), tokens(1, 2, 4), tokens(9)];
        const sequences = prompts.map((prompt) => cache.acquire(prompt));
        expect(new Set(sequences.map((sequence) => sequence.slot)).size).toBe(3);
        for (const [index, sequence] of sequences.entries()) await write(storage, sequence, prompts[index]!);
        for (const sequence of sequences) sequence.release();
        const next = cache.acquire(tokens(1, 2, 4, 5));
        expect(next.slot).toBe(sequences[1]!.slot);
        expect(next.length).toBe(3);
        const other = cache.acquire(tokens(1, 2, 4, 5));
        expect(other.slot).toBe(sequences[0]!.slot);
        expect(other.length).toBe(2);
      },
    },
    {
      name: 'says `busy` when every slot is in use, and recovers',
      async run() {
        const { cache } = make(2);
        const first = cache.acquire(tokens(1));
        cache.acquire(tokens(1));
        expect(await errorCode(() => cache.acquire(tokens(1)))).toBe('busy');
        first.release();
        expect(cache.acquire(tokens(1)).slot).toBe(first.slot);
      },
    },
    {
      name: 'says `context-full` beyond the context',
      async run() {
        const { storage, cache } = make(1, 8);
        expect(await errorCode(() => cache.acquire(new Uint32Array(9)))).toBe('context-full');
        const sequence = cache.acquire(new Uint32Array(8));
        await write(storage, sequence, new Uint32Array(8));
        expect(await errorCode(() => sequence.reserve(1))).toBe('context-full');
        expect(sequence.length).toBe(8);
        expect(storage.capacity).toBeLessThanOrEqual(8);
      },
    },
    {
      name: 'refuses to append what was not reserved',
      async run() {
        const { storage, cache } = make(1);
        const sequence = cache.acquire(tokens(1));
        expect(await errorCode(() => sequence.append(tokens(1)))).toBe('invalid-argument');
        await write(storage, sequence, tokens(1));
        expect(await errorCode(() => sequence.append(new Uint32Array(64)))).toBe('invalid-argument');
        expect(sequence.length).toBe(1);
      },
    },
    {
      name: 'starts a reused slot without a reservation',
      async run() {
        const { storage, cache } = make(1);
        const first = cache.acquire(tokens(1));
        await first.reserve(20);
        await write(storage, first, tokens(1, 2, 3));
        first.release();
        const next = cache.acquire(tokens(1, 2, 9));
        expect(await errorCode(() => next.append(tokens(9)))).toBe('invalid-argument');
        await write(storage, next, tokens(9));
        expect(next.length).toBe(3);
      },
    },
    {
      name: 'remembers a long sequence',
      async run() {
        const { storage, cache } = make(1, 4096);
        const random = createRandom(8);
        const all = Uint32Array.from({ length: 3000 }, () => random.integer(1000));
        const first = cache.acquire(all);
        for (let position = 0; position < all.length; position += 70) {
          await write(storage, first, all.subarray(position, position + 70));
        }
        first.release();
        expect(cache.acquire(all).length).toBe(2999);
      },
    },
    {
      name: 'refuses to rewind forwards',
      async run() {
        const { storage, cache } = make(1);
        const sequence = cache.acquire(tokens(1));
        await write(storage, sequence, tokens(1, 2, 3));
        sequence.rewind(1);
        expect(sequence.length).toBe(1);
        for (const length of [2, -1, 0.5, Number.NaN]) {
          expect(await errorCode(() => sequence.rewind(length))).toBe('invalid-argument');
        }
        expect(sequence.length).toBe(1);
      },
    },
    {
      name: 'says `disposed` after release, and lets release be repeated',
      async run() {
        const { cache } = make(1);
        const sequence = cache.acquire(tokens(1));
        await sequence.reserve(1);
        sequence.release();
        const next = cache.acquire(tokens(1));
        sequence.release();
        expect(await errorCode(() => sequence.append(tokens(1)))).toBe('disposed');
        expect(await errorCode(() => sequence.rewind(0))).toBe('disposed');
        expect(await errorCode(() => sequence.reserve(1))).toBe('disposed');
        expect(await errorCode(() => cache.acquire(tokens(1)))).toBe('busy');
        next.release();
      },
    },
    {
      name: 'grows for two sequences at once without losing either',
      async run() {
        const { storage, cache } = make(2, 4096);
        const sequences = [cache.acquire(tokens(1)), cache.acquire(tokens(2))];
        for (let round = 0; round < 9; round++) {
          await Promise.all(
            sequences.map((sequence) =>
              write(storage, sequence, new Uint32Array(1 << round).fill(sequence.slot + 1)),
            ),
          );
          for (const sequence of sequences) {
            const row = storage.rows[sequence.slot]!.subarray(0, sequence.length);
            expect(row.every((entry) => entry === sequence.slot + 1)).toBe(true);
          }
        }
        expect(sequences.map((sequence) => sequence.length)).toEqual([511, 511]);
      },
    },
    {
      name: 'keeps a step that is under way when another sequence makes the storage grow',
      async run() {
        const { storage, cache } = make(2, 4096);
        const writing = cache.acquire(tokens(1));
        const growing = cache.acquire(tokens(2));
        await writing.reserve(2);
        storage.rows[writing.slot]!.set(tokens(7, 8));
        await growing.reserve(4096);
        writing.append(tokens(7, 8));
        expect([...storage.rows[writing.slot]!.subarray(0, 2)]).toEqual([7, 8]);
      },
    },
    ...[1, 2, 3, 4].map((slots) => ({
      name: `agrees with a naive model over random calls, ${slots} slots`,
      run: () => driveAtRandom(create, slots),
    })),
  ];
}

/** Runs every requirement on {@link KvCache} as vitest tests. */
export function describeKvCache(create: CreateKvCache, skip?: readonly SkippedCase[]): void {
  registerCases('KvCache', kvCacheCases(create), skip);
}
