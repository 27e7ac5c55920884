/** A cache line: what vector loads like best. */
const ALIGNMENT = 64;

/** Zeroed float32 memory whose pages cost nothing until they are touched. */
export function allocateFloats(length: number): Float32Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT);
  return new Float32Array(buffer);
}

/** Gives the memory of a buffer back at once, without waiting for a collection. The array is unusable afterwards. */
export function freeMemory(array: ArrayBufferView<ArrayBuffer>): void {
  array.buffer.transfer(0);
}

/** The next multiple of a cache line, in bytes. */
export function aligned(byteLength: number): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
}
