import type { BlockFormat } from './block-format.ts';

const elementsAtOnce = 65_536;

/**
 * Decodes whole blocks. The factors of scales, minimums and codes have few bits, so that product and sum are exact in
 * float64 and the one rounding to float32 gives what ggml's float32 arithmetic gives.
 *
 * @param bytes at an even address
 */
export function decodeBlocks(format: BlockFormat, bytes: Uint8Array, values: Float32Array): void {
  const { blockLength, blockBytes, scaleLength, zeroCode, hasMinimum } = format;
  const chunkLength = Math.min(elementsAtOnce, values.length);
  const codes = new Uint8Array(chunkLength);
  const scales = new Float32Array(chunkLength / scaleLength);
  const minimums = new Float32Array(hasMinimum ? scales.length : 0);
  for (let start = 0; start < values.length; start += chunkLength) {
    const length = Math.min(chunkLength, values.length - start);
    const stored = bytes.subarray(
      (start / blockLength) * blockBytes,
      ((start + length) / blockLength) * blockBytes,
    );
    format.unpack(stored, codes.subarray(0, length));
    const scaleCount = length / scaleLength;
    format.readScales(stored, scales.subarray(0, scaleCount), minimums.subarray(0, scaleCount));
    for (let index = 0, from = 0; index < scaleCount; index++) {
      const scale = scales[index]!;
      const end = from + scaleLength;
      if (!hasMinimum) {
        for (; from < end; from++) values[start + from] = (codes[from]! - zeroCode) * scale;
      } else {
        const minimum = minimums[index]!;
        for (; from < end; from++) values[start + from] = codes[from]! * scale + minimum;
      }
    }
  }
}
