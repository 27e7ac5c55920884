import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GraphInterface, InvalidArgumentError, type KvStorage, LlamellaError } from '@llamella/spec';
import type { KvMemory, KvSlot } from './kv-memory.ts';

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
  readonly #exclusive: <T>(work: () => Promise<T>) => Promise<T>;

  constructor(
    memory: KvMemory,
    shape: GraphInterface,
    options: { readonly slots: number; readonly capacity: number },
    exclusive: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#memory = memory;
    this.#shape = shape;
    this.slots = options.slots;
    this.bytesPerToken =
      2 * shape.layerCount * shape.keyValueHeadCount * shape.headSize * Float32Array.BYTES_PER_ELEMENT;
    this.#capacity = memory.growable ? options.capacity : shape.contextLength;
    this.#exclusive = exclusive;
    this.#slots = this.#allocate(this.#capacity);
  }

  get capacity(): number {
    return this.#capacity;
  }

  slot(index: number): KvSlot {
    const slot = this.#slots[index];
    if (slot === undefined) {
      throw new InvalidArgumentError('slot', `${index} is not one of ${this.slots} slots`);
    }
    return slot;
  }

  grow(capacity: number, lengths: readonly number[]): Promise<void> {
    return this.#exclusive(async () => {
      if (capacity <= this.#capacity) return;
      if (capacity > this.#shape.contextLength) {
        throw new LlamellaError(
          'context-full',
          `the KV cache cannot grow to ${capacity} tokens: the context is ${this.#shape.contextLength}`,
        );
      }
      const grown = this.#allocate(capacity);
      for (const [index, slot] of this.#slots.entries()) {
        await this.#copy(slot, grown[index]!, lengths[index] ?? 0, capacity);
      }
      for (const slot of this.#slots) this.#memory.release(slot);
      this.#slots = grown;
      this.#capacity = capacity;
      this.generation++;
    });
  }

  release(): void {
    for (const slot of this.#slots) this.#memory.release(slot);
    this.#slots = [];
  }

  #allocate(capacity: number): KvSlot[] {
    const made: KvSlot[] = [];
    try {
      for (let index = 0; index < this.slots; index++) made.push(this.#memory.allocate(capacity));
      return made;
    } catch (cause) {
      for (const slot of made) this.#memory.release(slot);
      const bytes = capacity * this.bytesPerToken * this.slots;
      throw new LlamellaError(
        'backend',
        `no memory for a KV cache of ${capacity} tokens (${bytes} bytes): use a smaller contextLength`,
        { cause },
      );
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
