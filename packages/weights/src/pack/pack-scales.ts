import { fineGrid } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readParameters } from './read-parameters.ts';

/** float32 `[outputs, inputs/blockSize]`; a scale of several packed blocks is repeated */
export function packScales(part: PackPart, target: Uint8Array): void {
  const format = partFormat(part);
  const { scales, minimums } = readParameters(part);
  const packed =
    part.recipe.grid !== 'fine' || minimums === undefined
      ? scales
      : fineGrid(format, scales, minimums).scales;
  const repeats = format.scaleLength / part.blockSize;
  const first = (part.firstOutput * part.inputs) / part.blockSize;
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  if (repeats === 1) values.set(packed, first);
  else for (let at = 0; at < packed.length * repeats; at++) values[first + at] = packed[(at / repeats) | 0]!;
}
