import { type GraphInterface, InvalidArgumentError, type KvStorage, LlamellaError } from '@llamella/spec';
import { headBytes } from './kv-memory.ts';

/** Has the worker enlarge its slots, after the work under way. */
export type GrowSlots = (
  check: () => boolean,
  request: { readonly capacity: number; readonly lengths: readonly number[] },
) => Promise<void>;

/** What is known here of the keys and values in the worker. */
export class WebKvStorage implements KvStorage {
  readonly slots: number;
  readonly bytesPerToken: number;
  #capacity: number;
  readonly #contextLength: number;
  readonly #growSlots: GrowSlots;

  constructor(graph: GraphInterface, slots: number, capacity: number, growSlots: GrowSlots) {
    this.slots = slots;
    this.bytesPerToken = 2 * graph.layerCount * graph.keyValueHeadCount * headBytes(graph);
    this.#capacity = capacity;
    this.#contextLength = graph.contextLength;
    this.#growSlots = growSlots;
  }

  get capacity(): number {
    return this.#capacity;
  }

  async grow(capacity: number, lengths: readonly number[]): Promise<void> {
    const check = () => {
      this.#check(capacity, lengths);
      return capacity > this.#capacity;
    };
    await this.#growSlots(check, { capacity, lengths: [...lengths] });
    this.#capacity = Math.max(this.#capacity, capacity);
  }

  #check(capacity: number, lengths: readonly number[]): void {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new InvalidArgumentError('capacity', `must be a whole number above 0, got ${capacity}`);
    }
    if (capacity > this.#contextLength) {
      throw new LlamellaError(
        'context-full',
        `the KV cache cannot grow to ${capacity} tokens: the context is ${this.#contextLength}`,
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
}
