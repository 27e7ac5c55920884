import { aligned } from './aligned.ts';
import { float16Values } from './float16.ts';

/**
 * Reads one float16 of every block.
 *
 * @param offset even offset in the block
 * @returns the values, one per block
 */
export function readHalves(bytes: Uint8Array, blockBytes: number, offset: number): Float32Array {
  const even = aligned(bytes, 2);
  const halves = new Uint16Array(even.buffer, even.byteOffset, even.byteLength >>> 1);
  const table = float16Values();
  const values = new Float32Array(even.byteLength / blockBytes);
  const stride = blockBytes >>> 1;
  for (let index = 0, at = offset >>> 1; index < values.length; index++, at += stride) {
    values[index] = table[halves[at]!]!;
  }
  return values;
}
