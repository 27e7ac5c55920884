import type { KvCache, KvSequence, KvStorage } from '@llamella/spec';
import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
import { errorCode } from './error-code.ts';
import { MemoryStorage } from './memory-storage.ts';
import { NaiveKvCache } from './naive-kv-cache.ts';
import { createRandom } from './random.ts';

/** Makes the cache under test over storage that the suite provides. */
export type CreateKvCache = (options: {
  readonly storage: KvStorage;
  readonly contextLength: number;
}) => KvCache;

const tokens = (...ids: number[]) => Uint32Array.from(ids);

async function write(storage: MemoryStorage, sequence: KvSequence, ids: Uint32Array): Promise<void> {
  await sequence.reserve(ids.length);
  storage.rows[sequence.slot]!.set(ids, sequence.length);
  sequence.append(ids);
}

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

async function driveAtRandom(create: CreateKvCache, slots: number): Promise<void> {
  for (let seed = 0; seed < 12; seed++) {
    const random = createRandom(seed * 97 + slots);
    const contextLength = 8 + random.integer(60);
    const storage = new MemoryStorage({ slots });
    const cache = create({ storage, contextLength });
    const model = new NaiveKvCache(slots);
    const open: KvSequence[] = [];
    // Few distinct tokens, so that prefixes are often shared.
    const draw = (count: number) => Uint32Array.from({ length: count }, () => random.integer(2));
    for (let step = 0; step < 250; step++) {
      const action = random.integer(10);
      if (action < 3) {
        const prompt = draw(1 + random.integer(contextLength));
        if (open.length === slots) {
          expect(await errorCode(() => cache.acquire(prompt))).toBe('busy');
          continue;
        }
        const expected = model.acquire([...prompt]);
        const sequence = cache.acquire(prompt);
        expect({ slot: sequence.slot, length: sequence.length }).toEqual(expected);
        open.push(sequence);
      } else if (open.length > 0) {
        const index = random.integer(open.length);
        const sequence = open[index]!;
        const held = model.slots[sequence.slot]!.tokens;
        if (action < 7) {
          const ids = draw(random.integer(12));
          if (held.length + ids.length > contextLength) {
            expect(await errorCode(() => sequence.reserve(ids.length))).toBe('context-full');
          } else {
            await write(storage, sequence, ids);
            held.push(...ids);
          }
        } else if (action < 8) {
          const length = random.integer(held.length + 1);
          sequence.rewind(length);
          held.length = length;
        } else {
          sequence.release();
          model.release(sequence.slot);
          open.splice(index, 1);
        }
      }
      for (const sequence of open) expect(sequence.length).toBe(model.slots[sequence.slot]!.tokens.length);
      for (const [slot, { tokens: held }] of model.slots.entries()) {
        expect([...storage.rows[slot]!.subarray(0, held.length)]).toEqual(held);
      }
      expect(storage.capacity).toBeLessThanOrEqual(contextLength);
    }
  }
}

/** Runs every requirement on {@link KvCache} as vitest tests. */
export function describeKvCache(create: CreateKvCache, skip?: readonly SkippedCase[]): void {
  registerCases('KvCache', kvCacheCases(create), skip);
}
