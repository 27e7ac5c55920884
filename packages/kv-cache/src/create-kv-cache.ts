import { type KvCache, type KvSequence, LlamellaError } from '@llamella/spec';
import { CachedSequence, type SequenceOwner } from './cached-sequence.ts';
import { type KvCacheOptions, readGrowthPolicy } from './kv-cache-options.ts';
import { commonPrefix, createSlot, type Slot } from './slot.ts';
import { StorageGrowth } from './storage-growth.ts';

/**
 * Makes a cache manager for a runtime's storage. One sequence occupies one slot; the tokens of a released slot stay
 * known, so that a later prompt which begins with them skips that part of the prefill.
 *
 * `acquire` takes the free slot with the longest common prefix and, among equals, the one unused for the longest
 * time. A prompt without tokens gets an empty sequence. Storage grows geometrically, when a sequence reserves room;
 * concurrent reservations are served by one growth at a time.
 *
 * Beyond what the interfaces say, these errors are thrown:
 * - `acquire`: {@link LlamellaError} `busy` when every slot is in use
 * - `reserve`: {@link LlamellaError} `context-full` when the storage would exceed `maximumBytes`; whatever the
 *   storage's `grow` throws
 * - `append`: `InvalidArgumentError` for more tokens than were reserved
 * - all of a sequence but `release`: {@link LlamellaError} `disposed` after `release`
 *
 * @throws {InvalidArgumentError} when an option is out of range
 */
export function createKvCache(options: KvCacheOptions): KvCache {
  const policy = readGrowthPolicy(options);
  const { contextLength } = policy;
  const slots = Array.from({ length: options.storage.slots }, (_, index) => createSlot(index));
  const growth = new StorageGrowth(options.storage, slots, policy);
  let clock = 0;

  const owner: SequenceOwner = {
    contextLength,
    ensure: (capacity) => growth.ensure(capacity),
    release(slot) {
      slot.busy = false;
      slot.lastUsed = ++clock;
    },
  };

  return {
    contextLength,
    acquire(prompt: Uint32Array): KvSequence {
      if (prompt.length > contextLength) {
        throw new LlamellaError(
          'context-full',
          `the prompt has ${prompt.length} tokens, but the context holds ${contextLength}`,
        );
      }
      let best: Slot | undefined;
      let bestPrefix = -1;
      for (const slot of slots) {
        if (slot.busy) continue;
        const prefix = commonPrefix(slot, prompt);
        if (best && (prefix < bestPrefix || (prefix === bestPrefix && slot.lastUsed >= best.lastUsed)))
          continue;
        best = slot;
        bestPrefix = prefix;
      }
      if (!best) {
        throw new LlamellaError(
          'busy',
          `all ${slots.length} slots of the KV cache are in use; release a sequence, or create the backend with more slots`,
        );
      }
      best.busy = true;
      best.length = Math.max(0, Math.min(bestPrefix, prompt.length - 1));
      best.reserved = best.length;
      return new CachedSequence(owner, best);
    },
  };
}
