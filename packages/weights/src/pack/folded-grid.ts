import type { PackPart } from './pack-initializer.ts';
import { partFormat, readParameters } from './read-parameters.ts';

/**
 * How remainders are written: as `digits` weights of `bits` bits around `zero`, each digit worth `base` times the next.
 * The largest remainder of a row is `reach` steps of its first digit, so that rounding stays within the bits.
 */
const digitForms = {
  4: { digits: 2, zero: 8, base: 16, reach: 7.4 },
  8: { digits: 1, zero: 128, base: 1, reach: 127 },
} as const;

/** Marks, among shifts, blocks whose weights are all the same: every `u` is 0, or every `u` is 1. */
export const allZero = -1;
export const allOne = -2;

/**
 * A format with a float minimum, without the float: `q * d + m` becomes `(q - p) * d + r`, where the whole number `p`
 * is the code closest to zero and the remainder `r` is at most half a step. `p` is the zero point, or, below zero, a
 * shift of the codes. Remainders are weights of their own, for inputs that hold the sums of the blocks.
 */
export interface FoldedGrid {
  /** Zero point of each block, row by row: uint8 `[outputs, inputs/scaleLength]`, as the next two */
  readonly zeroPoints: Uint8Array;
  /** What is added to the codes of each block, or {@link allZero} or {@link allOne} */
  readonly shifts: Int16Array;
  /** float32, the format's own but for blocks whose weights are all the same */
  readonly scales: Float32Array;
  /** First, then second digits of a row's remainders: uint8 `[outputs, digits, inputs/scaleLength]` */
  readonly digits: Uint8Array;
  /** One scale for all remainders of a row: float32 `[outputs]` */
  readonly remainderScales: Float32Array;
  /** Largest error of a weight, in the longest steps of their rows. */
  readonly largestError: number;
}

/** Digits that a remainder has, and the code of zero among them, which is MatMulNBits's default zero point. */
export function remainderForm(bits: 4 | 8) {
  return digitForms[bits];
}

/** Grids by bits and the stored bytes they were made of: several initializers in a row are made of the same. */
const grids = { 4: new WeakMap<Uint8Array, FoldedGrid>(), 8: new WeakMap<Uint8Array, FoldedGrid>() };

/**
 * Chooses zero points and remainders of all blocks of a part.
 *
 * @throws {InvalidFileError} when a scale or minimum is not finite
 */
export function foldedGrid(part: PackPart): FoldedGrid {
  const known = grids[part.recipe.bits!];
  let grid = known.get(part.bytes);
  if (grid === undefined) {
    grid = makeGrid(part);
    known.set(part.bytes, grid);
  }
  return grid;
}

function makeGrid(part: PackPart): FoldedGrid {
  const { codeBits, zeroCode, scaleLength } = partFormat(part);
  const bits = part.recipe.bits!;
  const form = digitForms[bits];
  const blocks = part.inputs / scaleLength;
  const { scales, minimums } = readParameters(part);
  const largestPoint = 2 ** bits - 1;
  const largestShift = 2 ** bits - 2 ** codeBits;
  const zeroPoints = new Uint8Array(scales.length);
  const shifts = new Int16Array(scales.length);
  const digits = new Uint8Array(scales.length * form.digits);
  const remainderScales = new Float32Array(part.outputs);
  const remainders = new Float64Array(blocks);
  let largestError = 0;
  for (let row = 0; row < part.outputs; row++) {
    const start = row * blocks;
    let farthest = 0;
    let longest = 0;
    for (let block = 0; block < blocks; block++) {
      const at = start + block;
      const step = scales[at]!;
      const minimum = minimums === undefined ? -zeroCode * step : minimums[at]!;
      longest = Math.max(longest, Math.abs(step));
      remainders[block] = 0;
      if (step === 0) {
        // All weights are the minimum, which is one step of its own size.
        scales[at] = Math.abs(minimum);
        zeroPoints[at] = minimum < 0 ? 1 : 0;
        shifts[at] = minimum < 0 ? allZero : allOne;
        continue;
      }
      const point = Math.min(largestPoint, Math.max(-largestShift, Math.round(-minimum / step)));
      zeroPoints[at] = Math.max(0, point);
      shifts[at] = Math.max(0, -point);
      remainders[block] = minimum + point * step;
      farthest = Math.max(farthest, Math.abs(remainders[block]!));
    }
    const scale = Math.fround(farthest / form.reach);
    remainderScales[row] = scale;
    for (let block = 0; block < blocks; block++) {
      const position = scale === 0 ? 0 : remainders[block]! / scale;
      // Rounded, where a second digit follows, so that what is left fits it: it reaches from -8 to 7.
      const first = form.digits === 1 ? Math.round(position) : Math.ceil(position - 15 / 32);
      digits[form.digits * start + block] = first + form.zero;
      let written = first;
      if (form.digits === 2) {
        const second = Math.min(7, Math.round((position - first) * form.base));
        digits[2 * start + blocks + block] = second + form.zero;
        written += second / form.base;
      }
      if (longest > 0) {
        largestError = Math.max(largestError, (Math.abs(position - written) * scale) / longest);
      }
    }
  }
  return { zeroPoints, shifts, scales, digits, remainderScales, largestError };
}
