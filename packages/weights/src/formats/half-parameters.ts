import type { BlockFormat } from './block-format.ts';
import { float16Values } from './float16.ts';

/**
 * Reads scales, and minimums when there is an offset for them, that are stored as float16 once per block of 32.
 *
 * @param minimumOffset even offset in the block
 */
export function halfParameters(blockBytes: number, minimumOffset = 0): BlockFormat['readScales'] {
  return (bytes, scales, minimums) => {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
    const table = float16Values();
    const stride = blockBytes >>> 1;
    const offset = minimumOffset >>> 1;
    for (let index = 0, at = 0; index < scales.length; index++, at += stride) {
      scales[index] = table[halves[at]!]!;
    }
    for (let index = 0, at = offset; index < minimums.length; index++, at += stride) {
      minimums[index] = table[halves[at]!]!;
    }
  };
}
