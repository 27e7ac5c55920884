import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums } from './read-parameters.ts';

/** float32 `[inputs/32, totalOutputs]`: what every weight of the block has added; zero in formats without a minimum */
export function packBlockMinimums(part: PackPart, target: Uint8Array): void {
  const blocks = part.inputs / partFormat(part).blockLength;
  const minimums = readMinimums(part);
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  for (let block = 0; block < blocks; block++) {
    const row = block * part.totalOutputs + part.firstOutput;
    for (let output = 0; output < part.outputs; output++) {
      values[row + output] = minimums === undefined ? 0 : minimums[output * blocks + block]!;
    }
  }
}
