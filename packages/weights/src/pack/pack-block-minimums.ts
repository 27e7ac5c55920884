import type { PackPart } from './pack-initializer.ts';
import { partFormat, readParameters } from './read-parameters.ts';

/**
 * float32 `[inputs/scaleLength, totalOutputs]`, or `[totalOutputs, inputs/scaleLength]` when transposed: what every
 * weight of the block has added, beside `(u - 2^(bits-1)) * scale`; zero in formats without a minimum. A 4-bit code is
 * stored as it is, so half its range is added back here.
 */
export function packBlockMinimums(part: PackPart, target: Uint8Array): void {
  const { firstOutput, outputs, totalOutputs, recipe } = part;
  const blocks = part.inputs / partFormat(part).scaleLength;
  const constants = blockConstants(part);
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  if (recipe.transpose) {
    const rows = values.subarray(firstOutput * blocks, (firstOutput + outputs) * blocks);
    if (constants === undefined) rows.fill(0);
    else rows.set(constants);
    return;
  }
  for (let block = 0; block < blocks; block++) {
    const row = block * totalOutputs + firstOutput;
    for (let output = 0; output < outputs; output++) {
      values[row + output] = constants === undefined ? 0 : constants[output * blocks + block]!;
    }
  }
}

/** The constants row by row, or `undefined` when all are zero. */
function blockConstants(part: PackPart): Float32Array | undefined {
  const { scales, minimums } = readParameters(part);
  if (minimums === undefined || part.recipe.bits === 8) return minimums;
  for (let block = 0; block < minimums.length; block++) minimums[block]! += 8 * scales[block]!;
  return minimums;
}
