import { InvalidArgumentError, type TensorType } from '@llamella/spec';
import { aligned } from '../formats/aligned.ts';
import { blockFormat } from '../formats/block-formats.ts';
import { applyFineGrid, fineGrid, fineZeroPoints } from './fine-grid.ts';
import { readBlockParameters } from './read-parameters.ts';

/** How far the weights of a tensor are moved, in steps of the stored format (the scale of a weight's block). */
export interface FineGridError {
  /** Largest error of a weight. */
  readonly largest: number;
  /** Root of the mean squared error of all weights. */
  readonly rootMeanSquare: number;
}

/** Largest error, in steps, of blocks of Q4_1 and Q4_K that contain zero. For Q5_1 and Q5_K it is twice this. */
export const fineGridBound = 1 / 32;

/**
 * Measures what `packInitializer` with the grid `fine` does to a tensor. Zero for formats without a minimum, whose
 * grid has an integer zero point already. Blocks without a step (all weights equal) are exact and not counted.
 *
 * @param bytes stored blocks of a block type
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
  if (!format.hasMinimum) return { largest: 0, rootMeanSquare: 0 };
  const stored = aligned(bytes, 2);
  const { blockBytes, blockLength, scaleLength } = format;
  const parameters = readBlockParameters(format, stored);
  const steps = parameters.scales;
  const minimums = parameters.minimums!;
  const grid = fineGrid(format, steps, minimums);
  const zeroPoints = fineZeroPoints(grid);
  const parts = blockLength / scaleLength;
  const blockCodes = new Uint8Array(blockLength);
  const values = new Uint8Array(scaleLength);
  let largest = 0;
  let squares = 0;
  let counted = 0;
  for (let block = 0; block < steps.length; block++) {
    const step = steps[block]!;
    const part = block % parts;
    const place = (block - part) / parts;
    if (part === 0) format.unpack(stored.subarray(place * blockBytes, (place + 1) * blockBytes), blockCodes);
    if (step === 0) continue;
    const codes = blockCodes.subarray(part * scaleLength, (part + 1) * scaleLength);
    values.set(codes);
    applyFineGrid(format, grid, steps, minimums, values, block);
    for (let index = 0; index < scaleLength; index++) {
      const exact = codes[index]! * step + minimums[block]!;
      const error = Math.abs(((values[index]! - zeroPoints[block]!) * grid.scales[block]! - exact) / step);
      largest = Math.max(largest, error);
      squares += error * error;
    }
    counted += scaleLength;
  }
  return { largest, rootMeanSquare: counted === 0 ? 0 : Math.sqrt(squares / counted) };
}
