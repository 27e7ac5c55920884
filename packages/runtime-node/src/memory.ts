/** Zeroed float32 memory whose pages cost nothing until they are touched. @throws {RangeError} when there is none */
export function allocateFloats(length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(new ArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The same for float16, as bits. @throws {RangeError} when there is none */
export function allocateHalves(length: number): Uint16Array<ArrayBuffer> {
  return new Uint16Array(new ArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT));
}

/**
 * Gives the memory of an array back at once, without waiting for a collection. The array is unusable afterwards;
 * nothing native may refer to it any more.
 */
export function freeMemory(array: ArrayBufferView<ArrayBuffer>): void {
  array.buffer.transfer(0);
}
