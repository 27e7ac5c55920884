import { writeHalf } from './float16.ts';

const blockLength = 32;

/**
 * Quantizes blocks of 32 to codes from 0 to `2 * zeroCode - 1`, such that the value farthest from zero gets code 0.
 * Writes the float16 scale; `writeCodes` is called with the codes and the block's place in `bytes`.
 */
export function encodeAroundZero(
  values: Float32Array,
  bytes: Uint8Array,
  blockBytes: number,
  zeroCode: number,
  writeCodes: (codes: Uint8Array, at: number) => void,
): void {
  const round = Math.fround;
  const codes = new Uint8Array(blockLength);
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += blockBytes) {
    let extreme = 0;
    let largest = 0;
    for (let index = start; index < start + blockLength; index++) {
      const value = values[index]!;
      if (Math.abs(value) > largest) {
        largest = Math.abs(value);
        extreme = value;
      }
    }
    const scale = round(extreme / -zeroCode);
    const inverse = scale === 0 ? 0 : round(1 / scale);
    writeHalf(bytes, at, scale);
    for (let index = 0; index < blockLength; index++) {
      const scaled = round(values[start + index]! * inverse);
      codes[index] = Math.min(2 * zeroCode - 1, round(scaled + (zeroCode + 0.5)) | 0);
    }
    writeCodes(codes, at);
  }
}
