import { InvalidArgumentError, type PackRecipe, type TensorInfo, UnsupportedError } from '@llamella/spec';
import { blockFormat } from '../formats/block-formats.ts';
import { checkDecodable } from '../formats/decode-tensor.ts';
import { tensorByteLength } from '../formats/tensor-byte-length.ts';

/** The block size of all formats that can be packed now. */
const formatBlockSize = 32;

/** Block sizes of MatMulNBits that a block of the formats can be cut into. */
const packedBlockSizes = [16, 32];

/** Weights that share a scale once packed. */
export function recipeBlockSize(recipe: PackRecipe): number {
  return recipe.blockSize ?? formatBlockSize;
}

/**
 * Checks that the tensors can be stacked and packed as the recipe says.
 *
 * @returns the shape `[totalOutputs, inputs]` of the stacked tensors
 */
export function checkRecipe(recipe: PackRecipe, infos: readonly TensorInfo[]) {
  const inputs = infos[0]?.shape.at(-1);
  if (inputs === undefined) throw new InvalidArgumentError('recipe.tensors', 'is empty');
  let totalOutputs = 0;
  for (const { name, type, shape, byteLength } of infos) {
    const expected = tensorByteLength(type, shape);
    if (expected.byteLength !== byteLength) {
      throw new InvalidArgumentError(
        'checkpoint',
        `${name}: ${type} [${shape}] is not ${byteLength} bytes long`,
      );
    }
    if (shape.at(-1) !== inputs) {
      throw new InvalidArgumentError(
        'recipe.tensors',
        `${name} has ${shape.at(-1)} inputs and cannot be stacked on ${recipe.tensors[0]} with ${inputs}`,
      );
    }
    totalOutputs += expected.elements / inputs;
    if (recipe.kind === 'decode') checkDecodable(type, name);
    else checkQuantized(recipe, name, type);
  }
  if (recipe.kind !== 'decode') checkOptions(recipe);
  return { totalOutputs, inputs };
}

function checkOptions(recipe: PackRecipe): void {
  const { kind, bits, blockSize, grid, transpose } = recipe;
  if (transpose) throw new InvalidArgumentError('recipe.transpose', `cannot be used with ${kind}`);
  if (blockSize !== undefined && !packedBlockSizes.includes(blockSize)) {
    throw new UnsupportedError(`packing in blocks of ${blockSize}`, `use ${packedBlockSizes.join(' or ')}`);
  }
  const onePerFormatBlock = (kind === 'zero-points' && grid !== 'folded') || kind === 'block-minimums';
  if (onePerFormatBlock && recipeBlockSize(recipe) !== formatBlockSize) {
    throw new UnsupportedError(`packing ${kind} in blocks of ${blockSize}`, `use ${formatBlockSize}`);
  }
  if (bits === undefined && kind !== 'scales') {
    throw new InvalidArgumentError('recipe.bits', `is needed for ${kind}: 4 or 8`);
  }
  if (grid === 'fine' && bits === 4)
    throw new InvalidArgumentError('recipe.bits', 'must be 8 on the fine grid');
  if (grid === 'folded' && bits !== 4)
    throw new InvalidArgumentError('recipe.bits', 'must be 4 on the folded grid');
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
  if (recipe.bits === 4 && format.codeBits !== 4) {
    throw new UnsupportedError(`tensor ${name}: packing ${type} in 4 bits`, 'use 8 bits');
  }
}

/** Blocks that the folded grid adds to each row: two digits for each block of the format. */
export function remainderBlocks(recipe: PackRecipe, inputs: number): number {
  if (recipe.grid !== 'folded') return 0;
  return Math.ceil((2 * inputs) / formatBlockSize / recipeBlockSize(recipe));
}

/** Size of an initializer in bytes. */
export function packedByteLength(recipe: PackRecipe, outputs: number, inputs: number): number {
  const blockSize = recipeBlockSize(recipe);
  const blocks = inputs / blockSize + remainderBlocks(recipe, inputs);
  switch (recipe.kind) {
    case 'decode':
      return outputs * inputs * 4;
    case 'quantized':
      return (outputs * blocks * blockSize * recipe.bits!) / 8;
    case 'zero-points':
      return outputs * Math.ceil((blocks * recipe.bits!) / 8);
    case 'scales':
    case 'block-minimums':
      return outputs * blocks * 4;
  }
}
