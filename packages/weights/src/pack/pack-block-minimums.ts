import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';

/**
 * float32 `[inputs/32, totalOutputs]`: what every weight of the block has added, beside `(u - 2^(bits-1)) * scale`;
 * zero in formats without a minimum. A 4-bit code is stored as it is, so half its range is added back here.
 */
export function packBlockMinimums(part: PackPart, target: Uint8Array): void {
  const blocks = part.inputs / partFormat(part).blockLength;
  const minimums = readMinimums(part);
  const scales = readScales(part);
  const shift = part.recipe.bits === 4 ? 8 : 0;
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  for (let block = 0; block < blocks; block++) {
    const row = block * part.totalOutputs + part.firstOutput;
    for (let output = 0; output < part.outputs; output++) {
      values[row + output] = minimums === undefined
          ? 0
          : minimums[output * blocks + block]! + shift * scales[output * blocks + block]!;
    }
  }
}
