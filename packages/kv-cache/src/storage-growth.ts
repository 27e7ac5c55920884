import { type KvStorage, LlamellaError } from '@llamella/spec';
import type { GrowthPolicy } from './kv-cache-options.ts';
import { nextCapacity } from './next-capacity.ts';
import type { Slot } from './slot.ts';

/** Grows the storage, one growth at a time, however many sequences ask. */
export class StorageGrowth {
  readonly #storage: KvStorage;
  readonly #slots: readonly Slot[];
  readonly #policy: GrowthPolicy;
  #running: Promise<void> | undefined;

  constructor(storage: KvStorage, slots: readonly Slot[], policy: GrowthPolicy) {
    this.#storage = storage;
    this.#slots = slots;
    this.#policy = policy;
  }

  /** Returns when every slot has room for `needed` positions and no growth is under way. */
  async ensure(needed: number): Promise<void> {
    for (;;) {
      if (this.#running) {
        // The failure belongs to whoever started that growth.
        await this.#running.catch(() => {});
      } else if (needed <= this.#storage.capacity) {
        return;
      } else {
        await this.#grow(nextCapacity(this.#storage.capacity, needed, this.#policy));
      }
    }
  }

  async #grow(capacity: number): Promise<void> {
    // A slot in use may have a step under way whose tokens are not recorded yet, so its whole reservation is kept.
    const lengths = this.#slots.map((slot) =>
      slot.busy ? Math.max(slot.length, slot.reserved) : slot.length,
    );
    this.#running = this.#storage.grow(capacity, lengths);
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
    if (this.#storage.capacity < capacity) {
      throw new LlamellaError(
        'backend',
        `the KV storage was asked to grow to ${capacity} positions and has ${this.#storage.capacity}`,
      );
    }
  }
}
