import { InvalidFileError } from '@llamella/spec';
import { rowDecoder } from './pack-decoded.ts';
import type { PackPart } from './pack-initializer.ts';

/** Largest integer of a weight; -128 is left out, so that the grid is the same on both sides of zero. */
const MOST = 127;
const rowsAtOnce = 64;

/** int8 `[totalOutputs/tile, inputs, tile]` */
export function packTiles(part: PackPart, target: Uint8Array): void {
  const { firstOutput, inputs } = part;
  const tile = part.recipe.tile!;
  const integers = new Int8Array(target.buffer, target.byteOffset, target.byteLength);
  forEachRow(part, (row, values, scale) => {
    const output = firstOutput + row;
    const divisor = scale === 0 ? 1 : scale;
    let to = (output - (output % tile)) * inputs + (output % tile);
    for (let input = 0; input < inputs; input++, to += tile) {
      // `Math.round` of a number from -127 to 127, at a third of its time.
      integers[to] = ((values[input]! / divisor + 128.5) | 0) - 128;
    }
  });
}

/** float32 `[totalOutputs]` */
export function packOutputScales(part: PackPart, target: Uint8Array): void {
  const scales = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  forEachRow(part, (row, _values, scale) => {
    scales[part.firstOutput + row] = scale;
  });
}

/** @throws {InvalidFileError} when a weight is not finite */
function forEachRow(part: PackPart, use: (row: number, values: Float32Array, scale: number) => void): void {
  const { outputs, inputs, info, file } = part;
  const decodeRows = rowDecoder(part);
  const decoded = new Float32Array(Math.min(rowsAtOnce, outputs) * inputs);
  for (let first = 0; first < outputs; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, outputs - first);
    decodeRows(first, first + count, decoded.subarray(0, count * inputs));
    for (let row = 0; row < count; row++) {
      const values = decoded.subarray(row * inputs, (row + 1) * inputs);
      let largest = 0;
      let sum = 0;
      for (let input = 0; input < inputs; input++) {
        const value = values[input]!;
        const magnitude = Math.abs(value);
        if (magnitude > largest) largest = magnitude;
        sum += value;
      }
      if (!Number.isFinite(sum) || largest === Number.POSITIVE_INFINITY) {
        throw new InvalidFileError(
          { file },
          `tensor ${info.name}: row ${first + row} has a weight that is not finite`,
        );
      }
      use(first + row, values, Math.fround(largest / MOST));
    }
  }
}
