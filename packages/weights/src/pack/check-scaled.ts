import { InvalidArgumentError, type PackRecipe, type TensorInfo, UnsupportedError } from '@llamella/spec';
import { scaledFormat } from '../formats/scaled-format.ts';

/** Block sizes of MatMulNBits that weights with scales behind them can be cut into. */
const packedBlockSizes = [16, 32, 64, 128, 256];

/**
 * Checks that tensors with scales behind their elements can be packed as a recipe says.
 *
 * @returns weights that share a scale once packed
 */
export function checkScaled(recipe: PackRecipe, infos: readonly TensorInfo[]): number {
  const { kind, bits, grid = 'native', blockSize, transpose } = recipe;
  if (kind === 'block-minimums' || transpose) {
    throw new UnsupportedError(
      `tensor ${infos[0]!.name}: packing ${infos[0]!.type} as ${kind}${transpose ? ', transposed' : ''}`,
      'use quantized, scales and zero-points',
    );
  }
  if (blockSize === undefined || !packedBlockSizes.includes(blockSize)) {
    throw new InvalidArgumentError(
      'recipe.blockSize',
      `is ${blockSize}; for ${infos[0]!.type} it must be one of ${packedBlockSizes.join(', ')}`,
    );
  }
  for (const { name, type, shape, scaleBlock } of infos) {
    const format = scaledFormat(type);
    if (format === undefined) {
      throw new InvalidArgumentError(
        'recipe.tensors',
        `${name} has no scales of its own and cannot be stacked`,
      );
    }
    const neededBits = format.float === undefined ? format.elementBits : 8;
    const neededGrid = format.float !== undefined && format.elementBits === 8 ? 'integers' : 'native';
    if (bits !== neededBits || grid !== neededGrid) {
      throw new UnsupportedError(
        `tensor ${name}: packing ${type} in ${bits} bits on the grid ${grid}`,
        `use ${neededBits} bits on the grid ${neededGrid}`,
      );
    }
    const inputs = shape.at(-1)!;
    const columns = Math.min(scaleBlock?.[1] ?? inputs, inputs);
    if (inputs % blockSize !== 0 || (columns < inputs && columns % blockSize !== 0)) {
      throw new UnsupportedError(
        `tensor ${name}: packing rows of ${inputs} with a scale for every ${columns} in blocks of ${blockSize}`,
        'use blocks that divide both, or decode it',
      );
    }
  }
  return blockSize;
}
