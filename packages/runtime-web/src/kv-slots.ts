import { type GraphInterface, LlamellaError } from '@llamella/spec';
import { headBytes, type KvMemory, type KvTensor } from './kv-memory.ts';

/** Keys and values of every slot. */
export class KvSlots {
  readonly #memory: KvMemory;
  readonly #graph: GraphInterface;
  #capacity: number;
  #slots: KvTensor[][];

  /** @throws {LlamellaError} `backend` when there is no memory */
  constructor(memory: KvMemory, graph: GraphInterface, count: number, capacity: number) {
    this.#memory = memory;
    this.#graph = graph;
    this.#capacity = capacity;
    this.#slots = this.#allocate(count, capacity);
  }

  /** Key and value of layer 0, key and value of layer 1, … */
  tensors(slot: number): readonly KvTensor[] {
    return this.#slots[slot]!;
  }

  /** Enlarges every slot and keeps the first `lengths[slot]` positions; on failure everything stays as it was. */
  grow(capacity: number, lengths: readonly number[]): void {
    const grown = this.#allocate(this.#slots.length, capacity);
    const bytes = headBytes(this.#graph);
    for (const [index, slot] of this.#slots.entries()) {
      const runs = {
        count: this.#graph.keyValueHeadCount,
        byteLength: lengths[index]! * bytes,
        fromStride: this.#capacity * bytes,
        toStride: capacity * bytes,
      };
      if (runs.byteLength === 0) continue;
      for (const [part, from] of slot.entries()) this.#memory.copy(from, grown[index]![part]!, runs);
    }
    const outgrown = this.#slots;
    this.#slots = grown;
    this.#capacity = capacity;
    release(outgrown);
  }

  #allocate(count: number, capacity: number): KvTensor[][] {
    const { layerCount, keyValueHeadCount, headSize } = this.#graph;
    const dimensions = [1, keyValueHeadCount, capacity, headSize];
    const byteLength = keyValueHeadCount * capacity * headBytes(this.#graph);
    const bytes = count * 2 * layerCount * byteLength;
    const noMemory = (cause?: unknown) =>
      new LlamellaError(
        'backend',
        `no memory for a KV cache of ${count} x ${capacity} tokens (${bytes} bytes): ` +
          'use a smaller contextLength or fewer slots',
        { cause },
      );
    if (bytes > this.#memory.mostBytes) throw noMemory();
    const slots: KvTensor[][] = [];
    try {
      for (let slot = 0; slot < count; slot++) {
        const tensors: KvTensor[] = [];
        slots.push(tensors);
        for (let index = 0; index < 2 * layerCount; index++) {
          tensors.push(this.#memory.allocate(dimensions, byteLength));
        }
      }
      return slots;
    } catch (cause) {
      release(slots);
      throw noMemory(cause);
    }
  }
}

function release(slots: readonly KvTensor[][]): void {
  for (const tensor of slots.flat()) tensor.release();
}
