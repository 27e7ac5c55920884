import { writeHalf } from './float16.ts';

const blockLength = 32;

/**
 * Quantizes blocks of 32 to codes from 0 to `largestCode` above the block's minimum. Writes float16 scale and
 * minimum; `writeCodes` is called with the codes and the block's place in `bytes`.
 */
export function encodeWithMinimum(
  values: Float32Array,
  bytes: Uint8Array,
  blockBytes: number,
  largestCode: number,
  writeCodes: (codes: Uint8Array, at: number) => void,
): void {
  const round = Math.fround;
  const codes = new Uint8Array(blockLength);
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += blockBytes) {
    let minimum = values[start]!;
    let maximum = minimum;
    for (let index = start + 1; index < start + blockLength; index++) {
      const value = values[index]!;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    const scale = round(round(maximum - minimum) / largestCode);
    const inverse = scale === 0 ? 0 : round(1 / scale);
    writeHalf(bytes, at, scale);
    writeHalf(bytes, at + 2, minimum);
    for (let index = 0; index < blockLength; index++) {
      const scaled = round(round(values[start + index]! - minimum) * inverse);
      codes[index] = Math.min(largestCode, round(scaled + 0.5) | 0);
    }
    writeCodes(codes, at);
  }
}
