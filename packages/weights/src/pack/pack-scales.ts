import { fineGrid } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';

/** float32 `[outputs, inputs/32]` */
export function packScales(part: PackPart, target: Uint8Array): void {
  const scales = readScales(part);
  const minimums = part.recipe.grid === 'fine' ? readMinimums(part) : undefined;
  const packed = minimums === undefined ? scales : fineGrid(partFormat(part), scales, minimums).scales;
  const blocks = part.inputs / partFormat(part).blockLength;
  target.set(new Uint8Array(packed.buffer), part.firstOutput * blocks * 4);
}
