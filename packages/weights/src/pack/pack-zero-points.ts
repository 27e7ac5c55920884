import { fineGrid, fineZeroPoints } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readParameters } from './read-parameters.ts';

/**
 * uint8 `[outputs, inputs/scaleLength]`; for 4 bits two to a byte, low first, each row padded to whole bytes. On a format's own
 * grid all are 2^(bits-1), which is MatMulNBits's default.
 */
export function packZeroPoints(part: PackPart, target: Uint8Array): void {
  const format = partFormat(part);
  const blocks = part.inputs / format.scaleLength;
  if (part.recipe.bits === 4) {
    const rowBytes = Math.ceil(blocks / 2);
    const rows = target.subarray(part.firstOutput * rowBytes, (part.firstOutput + part.outputs) * rowBytes);
    rows.fill(0x88);
    if (blocks % 2 === 1) {
      for (let at = rowBytes - 1; at < rows.length; at += rowBytes) rows[at] = 0x08;
    }
    return;
  }
  const rows = target.subarray(part.firstOutput * blocks, (part.firstOutput + part.outputs) * blocks);
  const { scales, minimums } = readParameters(part);
  if (part.recipe.grid !== 'fine' || minimums === undefined) rows.fill(0x80);
  else rows.set(fineZeroPoints(fineGrid(format, scales, minimums)));
}
