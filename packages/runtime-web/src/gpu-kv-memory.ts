import type { KvMemory, KvTensor } from './kv-memory.ts';
import type { Ort } from './ort.ts';

interface GpuTensor extends KvTensor {
  readonly buffer: GPUBuffer;
}

/** `GPUBufferUsage`: STORAGE, COPY_DST and COPY_SRC. */
const STORAGE_AND_COPIES = 0x80 | 0x08 | 0x04;

/** Keys and values on the GPU; they are never copied to the processor. */
export function gpuKvMemory(ort: Ort, device: GPUDevice, session: number): KvMemory<GpuTensor> {
  const { module } = ort;
  return {
    mostBytes: Number.MAX_SAFE_INTEGER,
    allocate(dimensions, byteLength) {
      if (byteLength > device.limits.maxBufferSize) {
        throw new RangeError(`a buffer of this GPU has at most ${device.limits.maxBufferSize} bytes`);
      }
      const buffer = device.createBuffer({
        size: Math.ceil(byteLength / 16) * 16,
        usage: STORAGE_AND_COPIES,
      });
      const address = module.webgpuRegisterBuffer(buffer, session);
      const tensor = ort.tensor('float32', { address, byteLength }, dimensions, 'gpu');
      const release = () => {
        module._OrtReleaseTensor(tensor);
        module.webgpuUnregisterBuffer(buffer);
        buffer.destroy();
      };
      return { tensor, buffer, release };
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
