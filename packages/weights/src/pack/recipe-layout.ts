import {
  InvalidArgumentError,
  type PackKind,
  type PackRecipe,
  type TensorInfo,
  UnsupportedError,
} from '@llamella/spec';
import { blockFormat } from '../formats/block-formats.ts';
import { checkDecodable } from '../formats/decode-tensor.ts';
import { scaledFormat } from '../formats/scaled-format.ts';
import { tensorByteLength } from '../formats/tensor-byte-length.ts';
import { checkScaled } from './check-scaled.ts';
import { remainderForm } from './folded-grid.ts';
import { floatBytes } from './half-floats.ts';

/** Block sizes of MatMulNBits that the weights of one scale can be cut into. */
const packedBlockSizes = [16, 32];

/** What the tensors of a recipe have in common. */
export interface RecipeLayout {
  readonly totalOutputs: number;
  readonly inputs: number;
  /** Weights that share a scale once packed. */
  readonly blockSize: number;
  /** Weights that share a scale in the format. */
  readonly scaleLength: number;
}

/**
 * Checks that the tensors can be stacked and packed as the recipe says.
 *
 * @returns the shape `[totalOutputs, inputs]` of the stacked tensors, and their blocks
 */
export function checkRecipe(recipe: PackRecipe, infos: readonly TensorInfo[]): RecipeLayout {
  const inputs = stackedVectors(recipe, infos) ? 1 : infos[0]?.shape.at(-1);
  if (inputs === undefined) throw new InvalidArgumentError('recipe.tensors', 'is empty');
  let totalOutputs = 0;
  const scaled = !fromFloats(recipe.kind) && infos.some(({ type }) => scaledFormat(type) !== undefined);
  for (const info of infos) {
    const { name, type, shape, byteLength } = info;
    const expected = tensorByteLength(type, shape, info);
    if (expected.byteLength !== byteLength) {
      throw new InvalidArgumentError(
        'checkpoint',
        `${name}: ${type} [${shape}] is not ${byteLength} bytes long`,
      );
    }
    if (shape.at(-1) !== inputs && !stackedVectors(recipe, infos)) {
      throw new InvalidArgumentError(
        'recipe.tensors',
        `${name} has ${shape.at(-1)} inputs and cannot be stacked on ${recipe.tensors[0]} with ${inputs}`,
      );
    }
    totalOutputs += expected.elements / inputs;
    if (fromFloats(recipe.kind)) checkDecodable(type, name);
    else if (!scaled) checkQuantized(recipe, name, type);
  }
  if (scaled) {
    const blockSize = checkScaled(recipe, infos);
    return { totalOutputs, inputs, blockSize, scaleLength: blockSize };
  }
  const scaleLength = blockFormat(infos[0]!.type)?.scaleLength ?? 32;
  const blockSize = recipe.blockSize ?? scaleLength;
  if (recipe.kind === 'tiles') checkTile(recipe, totalOutputs);
  if (!fromFloats(recipe.kind)) {
    checkOptions(recipe, scaleLength);
    for (const { name, type } of infos) checkScaleLength(recipe, name, type, { blockSize, scaleLength });
  }
  return { totalOutputs, inputs, blockSize, scaleLength };
}

/** Vectors, such as biases, may differ in length: each element is an output of one input. */
function stackedVectors({ kind, transpose }: PackRecipe, infos: readonly TensorInfo[]): boolean {
  return (
    infos.length > 1 && kind === 'decode' && !transpose && infos.every(({ shape }) => shape.length === 1)
  );
}

/** Whether a kind is made of decoded weights, whatever their type. */
export function fromFloats(kind: PackKind): boolean {
  return kind === 'decode' || kind === 'tiles' || kind === 'output-scales';
}

function checkTile({ tile }: PackRecipe, outputs: number): void {
  if (tile === undefined || !Number.isInteger(tile) || tile < 1 || outputs % tile !== 0) {
    throw new InvalidArgumentError(
      'recipe.tile',
      `is ${tile}; it must be a whole number that divides ${outputs} outputs`,
    );
  }
}

function checkOptions(recipe: PackRecipe, scaleLength: number): void {
  const { kind, bits, blockSize, grid, transpose } = recipe;
  if (transpose && kind !== 'block-minimums') {
    throw new InvalidArgumentError('recipe.transpose', `cannot be used with ${kind}`);
  }
  if (blockSize !== undefined && !packedBlockSizes.includes(blockSize)) {
    throw new UnsupportedError(`packing in blocks of ${blockSize}`, `use ${packedBlockSizes.join(' or ')}`);
  }
  const onePerScale = (kind === 'zero-points' && grid !== 'folded') || kind === 'block-minimums';
  if (onePerScale && blockSize !== undefined && blockSize !== scaleLength) {
    throw new UnsupportedError(`packing ${kind} in blocks of ${blockSize}`, `use ${scaleLength}`);
  }
  if (bits === undefined && kind !== 'scales') {
    throw new InvalidArgumentError('recipe.bits', `is needed for ${kind}: 4 or 8`);
  }
  if (grid === 'fine' && bits === 4)
    throw new InvalidArgumentError('recipe.bits', 'must be 8 on the fine grid');
  if (grid === 'integers') throw new InvalidArgumentError('recipe.grid', 'integers is for floats of 8 bits');
  if (grid === 'folded' && bits === undefined)
    throw new InvalidArgumentError('recipe.bits', 'is needed on the folded grid: 4 or 8');
  if (grid !== undefined && grid !== 'native' && kind === 'block-minimums') {
    throw new InvalidArgumentError(
      'recipe.grid',
      `${grid} leaves no block minimums: use native, or leave them out`,
    );
  }
}

function checkQuantized(recipe: PackRecipe, name: string, type: TensorInfo['type']): void {
  const format = blockFormat(type);
  if (format === undefined) {
    throw new UnsupportedError(
      `tensor ${name}: packing ${type} as ${recipe.kind}`,
      'decode it, or quantize the model',
    );
  }
  if (recipe.bits === 4 && format.codeBits > 4) {
    throw new UnsupportedError(`tensor ${name}: packing ${type} in 4 bits`, 'use 8 bits');
  }
}

/** Blocks are cut from the weights of a scale; sums and minimums belong to scales, of which all tensors need the same. */
function checkScaleLength(
  recipe: PackRecipe,
  name: string,
  type: TensorInfo['type'],
  { blockSize, scaleLength }: Pick<RecipeLayout, 'blockSize' | 'scaleLength'>,
): void {
  const own = blockFormat(type)!.scaleLength;
  if (own % blockSize !== 0) {
    throw new UnsupportedError(`tensor ${name}: packing ${type} in blocks of ${blockSize}`, `use ${own}`);
  }
  const sameScales =
    recipe.grid === 'folded' || recipe.kind === 'block-minimums' || recipe.kind === 'zero-points';
  if (sameScales && own !== scaleLength) {
    throw new InvalidArgumentError(
      'recipe.tensors',
      `${name} has a scale for every ${own} weights and cannot be stacked on ${recipe.tensors[0]} with ${scaleLength}`,
    );
  }
}

/** Blocks that the folded grid adds to each row: the digits of each scale's remainder. */
export function remainderBlocks(
  recipe: PackRecipe,
  inputs: number,
  blockSize: number,
  scaleLength: number,
): number {
  if (recipe.grid !== 'folded') return 0;
  return Math.ceil((remainderForm(recipe.bits!).digits * inputs) / scaleLength / blockSize);
}

/** Size of an initializer in bytes. */
export function packedByteLength(recipe: PackRecipe, layout: RecipeLayout): number {
  const { totalOutputs, inputs, blockSize, scaleLength } = layout;
  const blocks = inputs / blockSize + remainderBlocks(recipe, inputs, blockSize, scaleLength);
  const floats = floatBytes(recipe);
  switch (recipe.kind) {
    case 'decode':
      return totalOutputs * inputs * floats;
    case 'quantized':
      return (totalOutputs * blocks * blockSize * recipe.bits!) / 8;
    case 'zero-points':
      return totalOutputs * Math.ceil((blocks * recipe.bits!) / 8);
    case 'scales':
    case 'block-minimums':
      return totalOutputs * blocks * floats;
    case 'tiles':
      return totalOutputs * inputs;
    case 'output-scales':
      return totalOutputs * 4;
    case 'stored':
      throw new InvalidArgumentError('recipe.kind', 'stored bytes have no layout');
  }
}
