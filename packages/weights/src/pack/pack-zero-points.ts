import { fineGrid, fineZeroPoints } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';

/** The code for zero when formats are stored in 8 bits without change: MatMulNBits's default. */
export const nativeZeroPoint8 = 128;

/** uint8 `[outputs, inputs/32]`; for 4 bits two to a byte, low first, each row padded to whole bytes */
export function packZeroPoints(part: PackPart, target: Uint8Array): void {
  const format = partFormat(part);
  const blocks = part.inputs / format.blockLength;
  if (part.recipe.bits === 4) {
    const rowBytes = Math.ceil(blocks / 2);
    const rows = target.subarray(part.firstOutput * rowBytes, (part.firstOutput + part.outputs) * rowBytes);
    rows.fill(format.zeroCode * 0x11);
    if (blocks % 2 === 1) {
      for (let at = rowBytes - 1; at < rows.length; at += rowBytes) rows[at] = format.zeroCode;
    }
    return;
  }
  const rows = target.subarray(part.firstOutput * blocks, (part.firstOutput + part.outputs) * blocks);
  const minimums = part.recipe.grid === 'fine' ? readMinimums(part) : undefined;
  if (minimums === undefined) rows.fill(nativeZeroPoint8);
  else rows.set(fineZeroPoints(fineGrid(format, readScales(part), minimums)));
}
