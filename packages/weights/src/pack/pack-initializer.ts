import {
  type Checkpoint,
  InvalidArgumentError,
  InvalidFileError,
  LlamellaError,
  type PackKind,
  type PackRecipe,
  type TensorInfo,
} from '@llamella/spec';
import { scaledFormat } from '../formats/scaled-format.ts';
import { foldedGrid } from './folded-grid.ts';
import { writeHalves } from './half-floats.ts';
import { packBlockMinimums } from './pack-block-minimums.ts';
import { packDecoded } from './pack-decoded.ts';
import { packFoldedQuantized, packFoldedScales, packFoldedZeroPoints } from './pack-folded.ts';
import { packQuantized } from './pack-quantized.ts';
import { packScaled } from './pack-scaled.ts';
import { packScales } from './pack-scales.ts';
import { packStored } from './pack-stored.ts';
import { packOutputScales, packTiles } from './pack-tiles.ts';
import { packZeroPoints } from './pack-zero-points.ts';
import { checkRecipe, fromFloats, packedByteLength } from './recipe-layout.ts';
import { rowPieces } from './row-pieces.ts';

/** One tensor of a recipe, and where its rows go among those of the tensors stacked with it. */
export interface PackPart {
  readonly file: string;
  readonly info: TensorInfo;
  /** Stored data, at a multiple of four. */
  readonly bytes: Uint8Array;
  readonly firstOutput: number;
  readonly outputs: number;
  readonly inputs: number;
  /** Outputs of all stacked tensors. */
  readonly totalOutputs: number;
  readonly recipe: PackRecipe;
  /** Weights that share a scale once packed. */
  readonly blockSize: number;
}

/** What packing did to a tensor. */
export interface PackedError {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Largest error of a weight, in the longest step of its row. */
  readonly largest: number;
}

/** Writes one part into the bytes of the whole initializer, which start at a multiple of four. */
export type PackPartWriter = (part: PackPart, target: Uint8Array) => void;

const writers: Readonly<Record<Exclude<PackKind, 'stored'>, PackPartWriter>> = {
  decode: packDecoded,
  quantized: packQuantized,
  scales: packScales,
  'zero-points': packZeroPoints,
  'block-minimums': packBlockMinimums,
  tiles: packTiles,
  'output-scales': packOutputScales,
};

const foldedWriters: Partial<Record<PackKind, PackPartWriter>> = {
  quantized: packFoldedQuantized,
  scales: packFoldedScales,
  'zero-points': packFoldedZeroPoints,
};

/**
 * Makes the bytes of an initializer from checkpoint tensors, as its recipe says. For every kind but `decode` and `stored`, the
 * weight that the graph multiplies with is `(u - zeroPoint) * scale + blockMinimum`:
 *
 * | stored as | bits | grid | u | zero point | scale | block minimum |
 * |---|---|---|---|---|---|---|
 * | Q4_0, Q3_K, TQ1_0, TQ2_0 | 4 | native | value + 8 | 8 | d | 0 |
 * | Q4_1, Q2_K, Q4_K | 4 | native | code | 8 | d | m + 8 d |
 * | formats without a minimum | 8 | native, fine | value + 128 | 128 | d | 0 |
 * | Q4_1, Q5_1, Q2_K, Q4_K, Q5_K | 8 | native | code + 128 | 128 | d | m |
 * | the same | 8 | fine | see {@link fineGridError} | per block | d over a whole number | none |
 * | formats with codes of at most 4 or 8 bits | 4, 8 | folded | code, shifted where all weights are positive | per block | d | none; the remainders are weights of further inputs |
 *
 * | U4, U8 | 4, 8 | native | code | per block | its own | 0 |
 * | F4_E2M1 | 8 | native | 2 value + 128 | 128 | half its own | 0 |
 * | F8_E4M3, F8_E5M2 | 8 | integers | value in units of the block + 128 | 128 | its own times that unit | 0 |
 *
 * The last three need a `blockSize`, 16 to 256, that divides their inputs and the inputs that share a scale. Columns keep
 * the order in which they are stored; `decode` alone puts them in that of the inputs.
 *
 * `value` is the weight in steps of the scale: of IQ and MXFP4 types the table's integer, of IQ1 eight times the value.
 *
 * Shapes and dtypes of what is written: `PackKind` of `@llamella/spec`. The grids: `PackGrid`.
 *
 * The machine must be little-endian, as all that run JavaScript are.
 *
 * @param destination receives the bytes; its length must be exactly that of the initializer
 * @returns on the grid `folded`, and for `quantized` on `integers`, the error of each tensor, measured; otherwise nothing
 * @throws {InvalidArgumentError} when the recipe does not fit the tensors, or the destination the recipe
 * @throws {UnsupportedError} for tensor types that cannot be packed as asked
 * @throws {InvalidFileError} when a scale or minimum in the file is not finite
 * @throws {LlamellaError} `not-found` when the checkpoint lacks a tensor; `overflow` when a number is too large for float16
 * @throws `signal.reason` when aborted
 */
export async function packInitializer(
  recipe: PackRecipe,
  checkpoint: Checkpoint,
  destination: Uint8Array,
  signal?: AbortSignal,
): Promise<readonly PackedError[]> {
  if (recipe.kind === 'stored') {
    await packStored(recipe, checkpoint, destination, signal);
    return [];
  }
  const whole = recipe.tensors.map((name) => {
    const info = checkpoint.tensors.get(name);
    if (info === undefined) throw new LlamellaError('not-found', `${checkpoint.name}: no tensor ${name}`);
    return info;
  });
  if (recipe.rows !== undefined) checkRecipe(recipe, whole);
  const pieces = rowPieces(whole, recipe.rows);
  const layout = checkRecipe(
    recipe,
    pieces.map(({ info }) => info),
  );
  const { totalOutputs, inputs, blockSize } = layout;
  const byteLength = packedByteLength(recipe, layout);
  if (destination.byteLength !== byteLength) {
    throw new InvalidArgumentError(
      'destination',
      `has ${destination.byteLength} bytes; ${recipe.kind} of [${totalOutputs}, ${inputs}] takes ${byteLength}`,
    );
  }
  // Converted as a whole when all parts are there, but for matrices of weights, which can be long.
  const isWide = recipe.floatType === 'float16' && (recipe.kind !== 'decode' || recipe.transpose === true);
  const isTarget = !isWide && destination.byteOffset % 4 === 0;
  const target = isTarget ? destination : new Uint8Array(isWide ? 2 * byteLength : byteLength);
  const errors: PackedError[] = [];
  let firstOutput = 0;
  for (const { tensor, info, cut } of pieces) {
    const read = await checkpoint.readTensor(info.name, signal);
    signal?.throwIfAborted();
    if (read.byteLength !== tensor.byteLength) {
      throw new InvalidFileError(
        { file: checkpoint.name },
        `tensor ${info.name} has ${read.byteLength} bytes instead of ${tensor.byteLength}`,
      );
    }
    const stored = cut(read);
    const bytes = stored.byteOffset % 4 === 0 ? stored : new Uint8Array(stored);
    const outputs = info.shape.reduce((product, length) => product * length, 1) / inputs;
    const part: PackPart = {
      ...{
        file: checkpoint.name,
        info,
        bytes,
        firstOutput,
        outputs,
        inputs,
        totalOutputs,
        recipe,
        blockSize,
      },
    };
    const largest = writePart(part, target);
    if (largest !== undefined) errors.push({ tensor: info.name, largest });
    firstOutput += outputs;
  }
  if (isWide) {
    const halves = new Uint16Array(byteLength >>> 1);
    const what = `${checkpoint.name}: ${recipe.kind} of ${recipe.tensors.join(', ')}`;
    writeHalves(new Float32Array(target.buffer), halves, what);
    destination.set(new Uint8Array(halves.buffer));
  } else if (!isTarget) destination.set(target);
  return errors;
}

/** @returns the largest error of a weight, on grids that have one */
function writePart(part: PackPart, target: Uint8Array): number | undefined {
  const { grid } = part.recipe;
  const kind = part.recipe.kind as keyof typeof writers;
  if (!fromFloats(kind) && scaledFormat(part.info.type) !== undefined) return packScaled(part, target);
  const folded = grid === 'folded' ? foldedWriters[kind] : undefined;
  (folded ?? writers[kind])(part, target);
  return folded === undefined ? undefined : foldedGrid(part).largestError;
}
