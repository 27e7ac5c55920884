import type { GraphInterface } from '@llamella/spec';
import { type GpuMemory, gpuMemory } from './gpu-buffer.ts';
import type { KvMemory, KvTensor } from './kv-memory.ts';
import type { Ort } from './ort.ts';

interface GpuTensor extends KvTensor, Pick<GpuMemory, 'buffer'> {}

/** Keys and values on the GPU; they are never copied to the processor. */
export function gpuKvMemory(
  ort: Ort,
  device: GPUDevice,
  session: number,
  { cacheType }: GraphInterface,
): KvMemory<GpuTensor> {
  return {
    mostBytes: Number.MAX_SAFE_INTEGER,
    allocate(dimensions, byteLength) {
      const memory = gpuMemory(ort, device, session, byteLength);
      const tensor = memory.tensor(cacheType, byteLength, dimensions);
      const release = () => {
        ort.module._OrtReleaseTensor(tensor);
        memory.release();
      };
      return { tensor, buffer: memory.buffer, release };
    },
    copy({ buffer: from }, { buffer: to }, { count, byteLength, fromStride, toStride }) {
      const encoder = device.createCommandEncoder();
      for (let index = 0; index < count; index++) {
        encoder.copyBufferToBuffer(from, index * fromStride, to, index * toStride, byteLength);
      }
      device.queue.submit([encoder.finish()]);
    },
  };
}
