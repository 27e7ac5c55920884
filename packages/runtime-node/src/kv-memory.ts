import type { GraphInterface } from '@llamella/spec';
import { allocateFloats, freeMemory } from './memory.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { tensorOnDevice, tensorOver } from './native/tensor.ts';

/** Keys and values of one slot: for each layer a key tensor and a value tensor of the same shape. */
export interface KvSlot {
  /** Key and value of layer 0, key and value of layer 1, …; float32 `[1, keyValueHeads, capacity, headSize]`. */
  readonly values: readonly Handle[];
  /** The memory behind them, where it is JavaScript's. */
  readonly arrays: readonly Float32Array<ArrayBuffer>[];
}

/** Makes and releases the tensors of a slot. */
export interface KvMemory {
  /** Whether a slot can be enlarged while it keeps its contents. */
  readonly growable: boolean;
  allocate(capacity: number): KvSlot;
  release(slot: KvSlot): void;
}

/** Keys and values in the computer's own memory. */
export class HostKvMemory implements KvMemory {
  readonly growable = true;
  readonly #api: OrtApi;
  readonly #memory: Handle;
  readonly #shape: GraphInterface;

  constructor(api: OrtApi, memory: Handle, shape: GraphInterface) {
    this.#api = api;
    this.#memory = memory;
    this.#shape = shape;
  }

  allocate(capacity: number): KvSlot {
    const { layerCount, keyValueHeadCount, headSize } = this.#shape;
    const arrays = Array.from({ length: 2 * layerCount }, () =>
      allocateFloats(keyValueHeadCount * capacity * headSize),
    );
    const dimensions = [1, keyValueHeadCount, capacity, headSize];
    const values = arrays.map((array) => tensorOver(this.#api, this.#memory, array, 'float32', dimensions));
    return { values, arrays };
  }

  release(slot: KvSlot): void {
    for (const value of slot.values) this.#api.call('ReleaseValue', value);
    for (const array of slot.arrays) freeMemory(array);
  }
}

/** Keys and values on the device. They are never copied, so a slot has its final size from the start. */
export class DeviceKvMemory implements KvMemory {
  readonly growable = false;
  readonly #api: OrtApi;
  readonly #allocator: Handle;
  readonly #shape: GraphInterface;

  constructor(api: OrtApi, allocator: Handle, shape: GraphInterface) {
    this.#api = api;
    this.#allocator = allocator;
    this.#shape = shape;
  }

  allocate(capacity: number): KvSlot {
    const { layerCount, keyValueHeadCount, headSize } = this.#shape;
    const dimensions = [1, keyValueHeadCount, capacity, headSize];
    const values = Array.from({ length: 2 * layerCount }, () =>
      tensorOnDevice(this.#api, this.#allocator, 'float32', dimensions),
    );
    return { values, arrays: [] };
  }

  release(slot: KvSlot): void {
    for (const value of slot.values) this.#api.call('ReleaseValue', value);
  }
}
