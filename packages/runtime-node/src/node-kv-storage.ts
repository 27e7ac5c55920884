import { totalmem } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GraphInterface, InvalidArgumentError, type KvStorage, LlamellaError } from '@llamella/spec';
import type { KvMemory, KvSlot } from './kv-memory.ts';
import { returnFreedMemory } from './native/return-freed-memory.ts';

/** Runs one piece of work at a time. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** Keys and values of every slot, bound to the session in place. */
export class NodeKvStorage implements KvStorage {
  readonly slots: number;
  readonly bytesPerToken: number;
  /** Raised with every growth, so that bindings to the old tensors are known to be stale. */
  generation = 0;
  #capacity: number;
  #slots: KvSlot[];
  readonly #memory: KvMemory;
  readonly #shape: GraphInterface;
  readonly #exclusive: Exclusive;

  /**
   * @param options.capacity positions at first; memory that cannot grow starts with the whole context instead
   * @throws {LlamellaError} `backend` when the memory cannot be had
   */
  constructor(
    memory: KvMemory,
    shape: GraphInterface,
    options: { readonly slots: number; readonly capacity: number },
    exclusive: Exclusive,
  ) {
    this.#memory = memory;
    this.#shape = shape;
    this.slots = options.slots;
    const numbers = 2 * shape.layerCount * shape.keyValueHeadCount * shape.headSize;
    this.bytesPerToken = numbers * (shape.cacheType === 'float16' ? 2 : 4);
    this.#capacity = memory.growable ? options.capacity : shape.contextLength;
    this.#exclusive = exclusive;
    this.#slots = this.#allocate(this.#capacity);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** @throws {InvalidArgumentError} when there is no such slot */
  slot(index: number): KvSlot {
    const slot = this.#slots[index];
    if (slot === undefined) {
      throw new InvalidArgumentError('slot', `must be a whole number below ${this.slots}, got ${index}`);
    }
    return slot;
  }

  grow(capacity: number, lengths: readonly number[]): Promise<void> {
    return this.#exclusive(async () => {
      this.#check(capacity, lengths);
      if (capacity <= this.#capacity) return;
      const grown = this.#allocate(capacity);
      try {
        for (const [index, slot] of this.#slots.entries()) {
          await this.#copy(slot, grown[index]!, lengths[index]!, capacity);
        }
      } catch (error) {
        for (const slot of grown) slot.release();
        throw error;
      }
      const outgrown = this.#slots;
      this.#slots = grown;
      this.#capacity = capacity;
      this.generation++;
      for (const slot of outgrown) slot.release();
      returnFreedMemory();
    });
  }

  release(): void {
    for (const slot of this.#slots) slot.release();
    this.#slots = [];
  }

  #check(capacity: number, lengths: readonly number[]): void {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new InvalidArgumentError('capacity', `must be a whole number above 0, got ${capacity}`);
    }
    if (capacity > this.#shape.contextLength) {
      throw new LlamellaError(
        'context-full',
        `the KV cache cannot grow to ${capacity} tokens: the context is ${this.#shape.contextLength}`,
      );
    }
    if (lengths.length !== this.slots) {
      throw new InvalidArgumentError('lengths', `has ${lengths.length} entries for ${this.slots} slots`);
    }
    for (const [index, length] of lengths.entries()) {
      if (!Number.isInteger(length) || length < 0 || length > this.#capacity) {
        throw new InvalidArgumentError(
          `lengths[${index}]`,
          `must be a whole number from 0 to ${this.#capacity}, the positions that there are; got ${length}`,
        );
      }
    }
  }

  #allocate(capacity: number): KvSlot[] {
    const bytes = capacity * this.bytesPerToken * this.slots;
    const noMemory = (cause?: unknown) =>
      new LlamellaError(
        'backend',
        `no memory for a KV cache of ${this.slots} x ${capacity} tokens (${bytes} bytes): ` +
          'use a smaller contextLength or fewer slots',
        { cause },
      );
    if (this.#memory.growable && bytes > totalmem()) throw noMemory();
    const made: KvSlot[] = [];
    try {
      for (let index = 0; index < this.slots; index++) made.push(this.#memory.allocate(capacity));
      return made;
    } catch (cause) {
      for (const slot of made) slot.release();
      throw noMemory(cause);
    }
  }

  /** Copies the first `length` positions of every head, one tensor per turn of the event loop. */
  async #copy(from: KvSlot, to: KvSlot, length: number, capacity: number): Promise<void> {
    const { keyValueHeadCount, headSize } = this.#shape;
    if (length === 0) return;
    for (const [index, source] of from.arrays.entries()) {
      const target = to.arrays[index]!;
      for (let head = 0; head < keyValueHeadCount; head++) {
        const start = head * this.#capacity * headSize;
        target.set(source.subarray(start, start + length * headSize), head * capacity * headSize);
      }
      await nextTurn();
    }
  }
}
