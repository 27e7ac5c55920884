import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';

/**
 * float32 `[inputs/32, totalOutputs]`: what every weight of the block has added, beside `(u - 2^(bits-1)) * scale`;
 * zero in formats without a minimum. A 4-bit code is stored as it is, so half its range is added back here.
 */
export function packBlockMinimums(part: PackPart, target: Uint8Array): void {
  const blocks = part.inputs / partFormat(part).blockLength;
  const constants = blockConstants(part);
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  for (let block = 0; block < blocks; block++) {
    const row = block * part.totalOutputs + part.firstOutput;
    for (let output = 0; output < part.outputs; output++) {
      values[row + output] = constants === undefined ? 0 : constants[output * blocks + block]!;
    }
  }
}

/** The constants row by row, or `undefined` when all are zero. */
function blockConstants(part: PackPart): Float32Array | undefined {
  const minimums = readMinimums(part);
  if (minimums === undefined || part.recipe.bits === 8) return minimums;
  const scales = readScales(part);
  for (let block = 0; block < minimums.length; block++) minimums[block]! += 8 * scales[block]!;
  return minimums;
}
