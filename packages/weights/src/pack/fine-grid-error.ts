import { InvalidArgumentError, type TensorType } from '@llamella/spec';
import { aligned } from '../formats/aligned.ts';
import { blockFormat } from '../formats/block-formats.ts';
import { readHalves } from '../formats/read-halves.ts';
import { applyFineGrid, fineGrid, fineZeroPoints } from './fine-grid.ts';

/** How far the weights of a tensor are moved, in steps of the stored format (the scale of a weight's block). */
export interface FineGridError {
  readonly largest: number;
  readonly rootMeanSquare: number;
}

/** Largest error, in steps, of blocks of Q4_1 that contain zero. For Q5_1 it is twice this. */
export const fineGridBound = 1 / 32;

/**
 * Measures what `packInitializer` with the grid `fine` does to a tensor. Zero for formats without a minimum, whose
 * grid has an integer zero point already. Blocks without a step (all weights equal) are exact and not counted.
 *
 * @param bytes stored blocks of one of the 4-, 5- and 8-bit types
 * @throws {InvalidArgumentError} for other types, or when `bytes` is not a whole number of blocks
 */
export function fineGridError(type: TensorType, bytes: Uint8Array): FineGridError {
  const format = blockFormat(type);
  if (format === undefined || bytes.byteLength % format.blockBytes !== 0) {
    throw new InvalidArgumentError(
      'bytes',
      `${bytes.byteLength} bytes are not blocks of ${type} that can be packed`,
    );
  }
  if (format.minimumOffset === undefined) return { largest: 0, rootMeanSquare: 0 };
  const stored = aligned(bytes, 2);
  const { blockBytes, blockLength } = format;
  const steps = readHalves(stored, blockBytes, 0);
  const minimums = readHalves(stored, blockBytes, format.minimumOffset);
  const grid = fineGrid(format, steps, minimums);
  const zeroPoints = fineZeroPoints(grid);
  const codes = new Uint8Array(blockLength);
  const values = new Uint8Array(blockLength);
  let largest = 0;
  let squares = 0;
  let counted = 0;
  for (let block = 0; block < steps.length; block++) {
    const step = steps[block]!;
    if (step === 0) continue;
    format.unpack(stored.subarray(block * blockBytes, (block + 1) * blockBytes), codes);
    values.set(codes);
    applyFineGrid(format, grid, steps, minimums, values, block);
    for (let index = 0; index < blockLength; index++) {
      const exact = codes[index]! * step + minimums[block]!;
      const error = Math.abs(((values[index]! - zeroPoints[block]!) * grid.scales[block]! - exact) / step);
      largest = Math.max(largest, error);
      squares += error * error;
    }
    counted += blockLength;
  }
  return { largest, rootMeanSquare: counted === 0 ? 0 : Math.sqrt(squares / counted) };
}
