import type { GraphInterface } from '@llamella/spec';
import type { Ort } from './ort.ts';
import { HEAP_BYTES } from './require-memory.ts';

/** A tensor of keys or values: `[1, keyValueHeads, capacity, headSize]`. */
export interface KvTensor {
  /** Handle of the tensor, bound as past and as present. */
  readonly tensor: number;
  release(): void;
}

/** Makes tensors of keys and values, and moves what they hold. */
export interface KvMemory<T extends KvTensor = KvTensor> {
  /** More bytes than these cannot be had. */
  readonly mostBytes: number;
  /** @throws {LlamellaError} `backend` when there is no memory */
  allocate(dimensions: readonly number[], byteLength: number): T;
  /** Copies `count` runs of `byteLength` bytes, which start every `fromStride` and every `toStride` bytes. */
  copy(from: T, to: T, runs: CopiedRuns): void;
}

/** Rows of heads, whose distance changes with the capacity. All in bytes, but `count`. */
export interface CopiedRuns {
  readonly count: number;
  readonly byteLength: number;
  readonly fromStride: number;
  readonly toStride: number;
}

interface HeapTensor extends KvTensor {
  readonly address: number;
}

/** Keys and values in the module's own heap. */
export function heapKvMemory(ort: Ort, { cacheType }: GraphInterface): KvMemory<HeapTensor> {
  return {
    mostBytes: HEAP_BYTES - 1,
    allocate(dimensions, byteLength) {
      const address = ort.allocate(byteLength);
      // What was never written is masked, but a NaN would survive a product with 0.
      ort.heap().fill(0, address, address + byteLength);
      const tensor = ort.tensor(cacheType, { address, byteLength }, dimensions);
      const release = () => {
        ort.module._OrtReleaseTensor(tensor);
        ort.module._free(address);
      };
      return { tensor, address, release };
    },
    copy({ address: from }, { address: to }, { count, byteLength, fromStride, toStride }) {
      const heap = ort.heap();
      for (let index = 0; index < count; index++) {
        const start = from + index * fromStride;
        heap.copyWithin(to + index * toStride, start, start + byteLength);
      }
    },
  };
}

/** Bytes of one position in one tensor of one head. */
export function headBytes({ headSize, cacheType }: GraphInterface): number {
  return headSize * (cacheType === 'float16' ? 2 : 4);
}
