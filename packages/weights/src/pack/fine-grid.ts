import type { BlockFormat } from '../formats/block-format.ts';
import { nearestDenominators } from './nearest-denominators.ts';

/**
 * A tensor of a format with a float minimum, put on an 8-bit grid with an integer zero point, block by block:
 * the weight with code `q` becomes `(multiplier * q + shift) * scale`, all three of the block.
 */
export interface FineGrid {
  readonly scales: Float32Array;
  /** Grid steps per step of the format; negative where the format's scale is, or {@link irregular}. */
  readonly multipliers: Int8Array;
  /** Where the format's lowest value lies on the grid, counted from zero. */
  readonly shifts: Int16Array;
}

/** Marks blocks that lie so far from zero that a step of the grid is longer than a step of the format. */
export const irregular = 127;

/** Largest value of `u` and of the zero point. */
const largest = 255;

/**
 * Chooses the grid of every block. A weight is `q * d + m`. With steps of `d / T` for a whole number T, `q * d` lies
 * on the grid for every q, and only `m` is rounded: to the nearest multiple of `d / T`. T may be anything up to 17
 * for 4-bit codes, since 15 * 17 = 255, so that the T is taken whose multiples come closest to `m / d`.
 */
export function fineGrid(format: BlockFormat, steps: Float32Array, minimums: Float32Array): FineGrid {
  const largestCode = 2 ** format.codeBits - 1;
  const order = Math.floor(largest / largestCode);
  const denominators = nearestDenominators(order);
  const count = steps.length;
  const scales = new Float32Array(count);
  const multipliers = new Int8Array(count);
  const shifts = new Int16Array(count);
  for (let block = 0; block < count; block++) {
    const step = Math.abs(steps[block]!);
    const minimum = step === steps[block] ? minimums[block]! : minimums[block]! - step * largestCode;
    if (step === 0) {
      // All weights are the minimum, which is one step of its own size.
      scales[block] = Math.abs(minimum);
      shifts[block] = Math.sign(minimum);
      continue;
    }
    const position = minimum / step;
    let multiplier = denominators[Math.floor((position - Math.floor(position)) * denominators.length)]!;
    let shift = Math.round(multiplier * position);
    if (shift < -largest || shift + multiplier * largestCode > largest) {
      multiplier = bestFitting(position, order, largestCode);
      shift = Math.round(multiplier * position);
    }
    if (multiplier === 0) {
      scales[block] = (position < 0 ? -minimum : minimum + step * largestCode) / largest;
      multipliers[block] = irregular;
      shifts[block] = position < 0 ? -largest : 0;
    } else {
      scales[block] = step / multiplier;
      multipliers[block] = steps[block]! < 0 ? -multiplier : multiplier;
      shifts[block] = shift;
    }
  }
  return { scales, multipliers, shifts };
}

/** For blocks that do not contain zero: the best multiplier with which both ends are in reach, or 0. */
function bestFitting(position: number, order: number, largestCode: number): number {
  let best = 0;
  let bestError = Number.POSITIVE_INFINITY;
  for (let multiplier = 1; multiplier <= order; multiplier++) {
    const shift = Math.round(multiplier * position);
    if (shift < -largest || shift + multiplier * largestCode > largest) break;
    const error = Math.abs(position - shift / multiplier);
    if (error < bestError) {
      best = multiplier;
      bestError = error;
    }
  }
  return best;
}

/** The zero point of every block. */
export function fineZeroPoints(grid: FineGrid): Uint8Array {
  const { shifts } = grid;
  const zeroPoints = new Uint8Array(shifts.length);
  for (let block = 0; block < shifts.length; block++) zeroPoints[block] = Math.max(0, -shifts[block]!);
  return zeroPoints;
}

/**
 * Turns codes into grid values `u`, in place. A block's codes are four to a word: no byte of a product or sum
 * exceeds 255, so that whole words can be multiplied and added.
 *
 * @param codes starts at a multiple of four
 * @param first index of the first block of `codes` in the grid
 */
export function applyFineGrid(
  format: BlockFormat,
  grid: FineGrid,
  steps: Float32Array,
  minimums: Float32Array,
  codes: Uint8Array,
  first: number,
): void {
  const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.byteLength >>> 2);
  const perBlock = format.scaleLength >>> 2;
  const allLargest = (2 ** format.codeBits - 1) * 0x01010101;
  for (let block = first, at = 0; at < words.length; block++, at += perBlock) {
    const multiplier = grid.multipliers[block]!;
    const shift = grid.shifts[block]!;
    if (multiplier === irregular) {
      const block8 = codes.subarray(at << 2, (at + perBlock) << 2);
      applyIrregular(block8, steps[block]!, minimums[block]!, grid.scales[block]!, -shift);
      continue;
    }
    const base = Math.max(shift, 0) * 0x01010101;
    if (multiplier >= 0) {
      for (let word = at; word < at + perBlock; word++)
        words[word] = Math.imul(words[word]!, multiplier) + base;
    } else {
      for (let word = at; word < at + perBlock; word++) {
        words[word] = Math.imul(allLargest - words[word]!, -multiplier) + base;
      }
    }
  }
}

function applyIrregular(
  codes: Uint8Array,
  step: number,
  minimum: number,
  scale: number,
  zeroPoint: number,
): void {
  for (let index = 0; index < codes.length; index++) {
    const value = Math.round((codes[index]! * step + minimum) / scale) + zeroPoint;
    codes[index] = Math.min(largest, Math.max(0, value));
  }
}
