import type { BlockFormat } from './block-format.ts';
import { readHalves } from './read-halves.ts';

const blocksAtOnce = 2048;

/**
 * Decodes whole blocks. Scales and minimums are float16 and codes are small, so that product and sum are exact in
 * float64 and the one rounding to float32 gives what ggml's float32 arithmetic gives.
 *
 * @param bytes at an even address
 */
export function decodeBlocks(format: BlockFormat, bytes: Uint8Array, values: Float32Array): void {
  const { blockLength, blockBytes, zeroCode, minimumOffset } = format;
  const blockCount = values.length / blockLength;
  const scales = readHalves(bytes, blockBytes, 0);
  const minimums = minimumOffset === undefined ? undefined : readHalves(bytes, blockBytes, minimumOffset);
  const codes = new Uint8Array(Math.min(blocksAtOnce, blockCount) * blockLength);
  for (let first = 0; first < blockCount; first += blocksAtOnce) {
    const count = Math.min(blocksAtOnce, blockCount - first);
    const chunk = codes.subarray(0, count * blockLength);
    format.unpack(bytes.subarray(first * blockBytes, (first + count) * blockBytes), chunk);
    for (let block = 0; block < count; block++) {
      const scale = scales[first + block]!;
      const from = block * blockLength;
      const to = (first + block) * blockLength;
      if (minimums === undefined) {
        for (let index = 0; index < blockLength; index++) {
          values[to + index] = (chunk[from + index]! - zeroCode) * scale;
        }
      } else {
        const minimum = minimums[first + block]!;
        for (let index = 0; index < blockLength; index++) {
          values[to + index] = chunk[from + index]! * scale + minimum;
        }
      }
    }
  }
}
