import type { Ort } from './ort.ts';
import type { elementTypes } from './ort-module.ts';

/** `GPUBufferUsage`: STORAGE, COPY_DST and COPY_SRC. */
const STORAGE_AND_COPIES = 0x80 | 0x08 | 0x04;

/** A buffer of the GPU that ONNX Runtime knows. */
export interface GpuMemory {
  readonly buffer: GPUBuffer;
  /** A tensor at its start; released by the caller. */
  tensor(type: keyof typeof elementTypes, byteLength: number, dimensions: readonly number[]): number;
  release(): void;
}

/**
 * Makes a buffer of zeros.
 *
 * @throws {RangeError} when the GPU has none of that size
 */
export function gpuMemory(ort: Ort, device: GPUDevice, session: number, byteLength: number): GpuMemory {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (byteLength > most) throw new RangeError(`a buffer of this GPU has at most ${most} bytes`);
  const { module } = ort;
  const buffer = device.createBuffer({ size: Math.ceil(byteLength / 16) * 16, usage: STORAGE_AND_COPIES });
  const address = module.webgpuRegisterBuffer(buffer, session);
  return {
    buffer,
    tensor: (type, byteLength, dimensions) => ort.tensor(type, { address, byteLength }, dimensions, 'gpu'),
    release() {
      module.webgpuUnregisterBuffer(buffer);
      buffer.destroy();
    },
  };
}
