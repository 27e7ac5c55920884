import type { GraphInterface } from '@llamella/spec';
import { allocateFloats, allocateHalves, freeMemory } from './memory.ts';
import { HandleStack } from './native/handle-stack.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { tensorOnDevice, tensorOver } from './native/tensor.ts';

/** Keys and values of one slot: for each layer a key tensor and a value tensor of the same shape. */
export interface KvSlot {
  /** Key and value of layer 0, key and value of layer 1, …; `[1, keyValueHeads, capacity, headSize]`. */
  readonly values: readonly Handle[];
  /** The memory behind them, where it is JavaScript's. */
  readonly arrays: readonly (Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>)[];
  release(): void;
}

/** Makes the tensors of a slot. */
export interface KvMemory {
  /** Whether a slot can be enlarged while it keeps its contents. */
  readonly growable: boolean;
  /** @throws {RangeError} or {LlamellaError} `backend` when there is no memory; then nothing is left behind */
  allocate(capacity: number): KvSlot;
}

/** Keys and values in the computer's own memory, which `memory` describes. */
export function hostKvMemory(api: OrtApi, memory: Handle, shape: GraphInterface): KvMemory {
  return {
    growable: true,
    allocate(capacity) {
      const arrays: KvSlot['arrays'][number][] = [];
      return allocateSlot(api, shape, capacity, arrays, (dimensions) => {
        const length = shape.keyValueHeadCount * capacity * shape.headSize;
        const array = shape.cacheType === 'float16' ? allocateHalves(length) : allocateFloats(length);
        arrays.push(array);
        return tensorOver(api, memory, array, shape.cacheType, dimensions);
      });
    },
  };
}

/** Keys and values on the device. They are never copied, so a slot has its final size from the start. */
export function deviceKvMemory(api: OrtApi, allocator: Handle, shape: GraphInterface): KvMemory {
  return {
    growable: false,
    allocate: (capacity) =>
      allocateSlot(api, shape, capacity, [], (dimensions) =>
        tensorOnDevice(api, allocator, shape.cacheType, dimensions),
      ),
  };
}

function allocateSlot(
  api: OrtApi,
  { layerCount, keyValueHeadCount, headSize }: GraphInterface,
  capacity: number,
  arrays: KvSlot['arrays'],
  allocate: (dimensions: readonly number[]) => Handle,
): KvSlot {
  const handles = new HandleStack(api);
  const values: Handle[] = [];
  const release = () => {
    handles.release();
    for (const array of arrays) freeMemory(array);
  };
  try {
    for (let index = 0; index < 2 * layerCount; index++) {
      values.push(handles.own('ReleaseValue', allocate([1, keyValueHeadCount, capacity, headSize])));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { values, arrays, release };
}
