import type { KvCache, KvSequence, KvStorage } from '@llamella/spec';
import { expect } from 'vitest';
import { errorCode } from './error-code.ts';
import { MemoryStorage } from './memory-storage.ts';
import { NaiveKvCache } from './naive-kv-cache.ts';
import { createRandom } from './random.ts';

/** Makes the cache under test over storage that the suite provides. */
export type CreateKvCache = (options: {
  readonly storage: KvStorage;
  readonly contextLength: number;
}) => KvCache;

/** Writes tokens the way a model does: reserve, write at the sequence's end, append. */
export async function write(storage: MemoryStorage, sequence: KvSequence, ids: Uint32Array): Promise<void> {
  await sequence.reserve(ids.length);
  storage.rows[sequence.slot]!.set(ids, sequence.length);
  sequence.append(ids);
}

/** Makes random calls and compares every answer, and what the storage holds, with a naive model. */
export async function driveAtRandom(create: CreateKvCache, slots: number): Promise<void> {
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
