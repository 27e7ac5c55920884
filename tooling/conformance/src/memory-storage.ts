import type { KvStorage } from '@llamella/spec';

export interface MemoryStorageOptions {
  readonly slots: number;
  readonly capacity?: number;
  readonly bytesPerToken?: number;
}

/** What positions hold that nobody wrote, or that a growth did not keep. */
export const garbage = 0xdeadbeef;

/** Storage with one unsigned integer in place of each position's keys and values. */
export class MemoryStorage implements KvStorage {
  readonly slots: number;
  readonly bytesPerToken: number;
  capacity: number;
  /** One array of `capacity` entries per slot. */
  rows: Uint32Array[];
  /** Arguments of each growth so far. */
  readonly growths: { readonly capacity: number; readonly lengths: readonly number[] }[] = [];

  constructor(options: MemoryStorageOptions) {
    this.slots = options.slots;
    this.capacity = options.capacity ?? 0;
    this.bytesPerToken = options.bytesPerToken ?? 4;
    this.rows = Array.from({ length: this.slots }, () => new Uint32Array(this.capacity).fill(garbage));
  }

  async grow(capacity: number, lengths: readonly number[]): Promise<void> {
    if (lengths.length !== this.slots) throw new Error(`${lengths.length} lengths for ${this.slots} slots`);
    if (capacity < this.capacity) throw new Error(`cannot shrink from ${this.capacity} to ${capacity}`);
    this.growths.push({ capacity, lengths: [...lengths] });
    await new Promise((resolve) => setTimeout(resolve));
    this.rows = this.rows.map((row, slot) => {
      const length = lengths[slot]!;
      if (length > this.capacity)
        throw new Error(`slot ${slot} has ${this.capacity} positions, not ${length}`);
      const larger = new Uint32Array(capacity).fill(garbage);
      larger.set(row.subarray(0, length));
      return larger;
    });
    this.capacity = capacity;
  }
}
