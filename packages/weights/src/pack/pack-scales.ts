import { fineGrid } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';
import { recipeBlockSize } from './recipe-layout.ts';

/** float32 `[outputs, inputs/blockSize]`; a block that is packed as several smaller ones gives each its scale */
export function packScales(part: PackPart, target: Uint8Array): void {
  const { blockLength } = partFormat(part);
  const scales = readScales(part);
  const minimums = part.recipe.grid === 'fine' ? readMinimums(part) : undefined;
  const packed = minimums === undefined ? scales : fineGrid(partFormat(part), scales, minimums).scales;
  const repeats = blockLength / recipeBlockSize(part.recipe);
  const first = (part.firstOutput * part.inputs * repeats) / blockLength;
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  if (repeats === 1) values.set(packed, first);
  else for (let at = 0; at < packed.length * repeats; at++) values[first + at] = packed[(at / repeats) | 0]!;
}
