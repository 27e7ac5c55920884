import type { Checkpoint, ModelConfig, TensorInfo, TensorType } from '@llamella/spec';
import { blockSize } from '@llamella/weights';

/** A tensor given as stored bytes. */
export interface MemoryTensor extends Omit<TensorInfo, 'byteLength'> {
  readonly bytes: Uint8Array;
}

/** A checkpoint over tensors in memory, without a configuration. */
export function memoryCheckpoint(tensors: readonly MemoryTensor[]): Checkpoint {
  const infos = tensors.map(({ bytes, ...info }): [string, TensorInfo] => [
    info.name,
    { ...info, byteLength: bytes.byteLength },
  ]);
  const data = new Map(tensors.map(({ name, bytes }) => [name, bytes]));
  return {
    name: 'memory',
    format: 'gguf',
    config: undefined as unknown as ModelConfig,
    tensors: new Map(infos),
    readTensor: async (name) => data.get(name)!.slice(),
    async [Symbol.asyncDispose]() {},
  };
}

/** Blocks of arbitrary bits with sensible scales and minimums. `next` gives numbers in [0, 1). */
export function randomBlocks(type: TensorType, elements: number, next: () => number): Uint8Array {
  const block = blockSize(type);
  const bytes = Uint8Array.from({ length: (elements / block.elements) * block.bytes }, () => next() * 256);
  for (let at = 0; at < bytes.byteLength; at += block.bytes) {
    // float16 from 2^-8 to 2^-6 as scale; as minimum -2^-5 to -2^-2, which puts zero inside the block.
    bytes[at + 1] = 0x1c + next() * 8;
    if (type.endsWith('_1')) bytes[at + 3] = 0xa8 + next() * 12;
  }
  return bytes;
}

/** Sets scale and minimum of a block of Q4_1 to float16 bit patterns. */
export function setParameters(bytes: Uint8Array, block: number, scale: number, minimum: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(block * 20, scale, true);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(block * 20 + 2, minimum, true);
}
