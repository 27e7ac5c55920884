import type { MountedBytes } from './ort-module.ts';

/** Weights as they arrived, in pieces, so that they need no second buffer to be joined in. */
export class WeightChunks implements MountedBytes {
  /** Of all pieces together, also of those that have not arrived. */
  readonly byteLength: number;
  readonly #chunks: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #arrived = 0;

  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  push(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#chunks.push({ start: this.#arrived, bytes });
    this.#arrived += bytes.byteLength;
  }

  /** Bytes from `begin` up to `end`: a view where one piece has them all, else a copy. */
  subarray(begin: number, end: number): Uint8Array {
    let index = this.#indexOf(begin);
    const { start, bytes } = this.#chunks[index]!;
    if (end <= start + bytes.byteLength) return bytes.subarray(begin - start, end - start);
    const joined = new Uint8Array(end - begin);
    for (let position = begin; position < end; index++) {
      const chunk = this.#chunks[index]!;
      const part = chunk.bytes.subarray(position - chunk.start, end - chunk.start);
      joined.set(part, position - begin);
      position += part.byteLength;
    }
    return joined;
  }

  /** The piece with the byte at `position`, by bisection. */
  #indexOf(position: number): number {
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
