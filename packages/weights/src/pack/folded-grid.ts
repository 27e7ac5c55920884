import type { PackPart } from './pack-initializer.ts';
import { partFormat, readMinimums, readScales } from './read-parameters.ts';

/** Codes and zero points have 4 bits. */
const largest = 15;

/** The code that stands for zero among the remainders: MatMulNBits's default zero point for 4 bits. */
export const remainderZero = 8;

/** How many steps of the second digit make one of the first. */
const digitBase = 16;

/** The largest remainder in steps of its row; a little under 7.5, so that it rounds to 7. */
const largestRemainder = 7.4;

/**
 * A format with 4-bit codes and a float minimum, without the float: `q * d + m` becomes `(q - z) * d + r`, where the
 * integer `z` is the code closest to zero and the remainder `r` is at most half a step. Remainders are weights of
 * their own, for inputs that hold the sums of the blocks: two 4-bit digits, the second for the sums divided by 16.
 */
export interface FoldedGrid {
  /** Zero point of each block, row by row: uint8 `[outputs, inputs/32]` */
  readonly zeroPoints: Uint8Array;
  /** float32 `[outputs, inputs/32]`, the format's own */
  readonly scales: Float32Array;
  /** First, then second digits of a row's remainders: uint8 `[outputs, 2, inputs/32]` */
  readonly digits: Uint8Array;
  /** One scale for all remainders of a row: float32 `[outputs]` */
  readonly remainderScales: Float32Array;
}

/** Grids by the stored bytes they were made of: several initializers in a row are made of the same. */
const grids = new WeakMap<Uint8Array, FoldedGrid>();

/**
 * Chooses zero points and remainders of all blocks of a part.
 *
 * @throws {InvalidFileError} when a scale or minimum is not finite
 */
export function foldedGrid(part: PackPart): FoldedGrid {
  let grid = grids.get(part.bytes);
  if (grid === undefined) {
    grid = makeGrid(part);
    grids.set(part.bytes, grid);
  }
  return grid;
}

function makeGrid(part: PackPart): FoldedGrid {
  const blocks = part.inputs / partFormat(part).blockLength;
  const scales = readScales(part);
  const minimums = readMinimums(part) ?? centred(scales);
  const zeroPoints = new Uint8Array(scales.length);
  const digits = new Uint8Array(scales.length * 2);
  const remainderScales = new Float32Array(part.outputs);
  const remainders = new Float32Array(blocks);
  for (let row = 0; row < part.outputs; row++) {
    const start = row * blocks;
    let farthest = 0;
    for (let block = 0; block < blocks; block++) {
      const step = scales[start + block]!;
      const minimum = minimums[start + block]!;
      const zero = step === 0 ? 0 : Math.min(largest, Math.max(0, Math.round(-minimum / step)));
      zeroPoints[start + block] = zero;
      remainders[block] = minimum + zero * step;
      farthest = Math.max(farthest, Math.abs(remainders[block]!));
    }
    const scale = Math.fround(farthest / largestRemainder);
    remainderScales[row] = scale;
    for (let block = 0; block < blocks; block++) {
      const position = scale === 0 ? 0 : remainders[block]! / scale;
      // Rounded so that what is left fits the second digit, which reaches from -8 to 7.
      const first = Math.ceil(position - 15 / 32);
      const second = Math.round((position - first) * digitBase);
      digits[2 * start + block] = first + remainderZero;
      digits[2 * start + blocks + block] = Math.min(largest, second + remainderZero);
    }
  }
  return { zeroPoints, scales, digits, remainderScales };
}

/** Minimums of a format that has none and whose codes are centred on 8. */
function centred(scales: Float32Array): Float32Array {
  return scales.map((scale) => -remainderZero * scale);
}
