import { InvalidArgumentError, type TensorType } from '@llamella/spec';
import { scaledFormat } from './scaled-format.ts';
import { scaledLayout, type TensorLayout } from './scaled-layout.ts';
import { blockSize } from './tensor-types.ts';

/**
 * Number of elements of a shape and of bytes that they take in a type, with their scales and zero points.
 *
 * @throws {InvalidArgumentError} when the shape is empty, not of positive integers, too large, or its rows do not
 *   consist of whole blocks, or when the layout does not fit type and shape
 */
export function tensorByteLength(type: TensorType, shape: readonly number[], layout: TensorLayout = {}) {
  const { elements: blockLength, bytes } = blockSize(type);
  const elements = shape.reduce((product, length) => product * length, 1);
  const valid = shape.every((length) => Number.isInteger(length) && length > 0);
  if (!valid || shape.length === 0 || !Number.isSafeInteger(elements * bytes)) {
    throw new InvalidArgumentError('shape', `[${shape}] is not the shape of a tensor`);
  }
  const scaled = scaledFormat(type);
  if (scaled !== undefined) return { elements, byteLength: scaledLayout(scaled, shape, layout).byteLength };
  if (layout.scaleBlock !== undefined || layout.zeroPoints === true || layout.inputOrder !== undefined) {
    throw new InvalidArgumentError('layout', `${type} has no scales, zero points or order of its own`);
  }
  if (shape.at(-1)! % blockLength !== 0) {
    throw new InvalidArgumentError(
      'shape',
      `rows of ${shape.at(-1)} are not whole blocks of ${blockLength} of ${type}`,
    );
  }
  return { elements, byteLength: (elements / blockLength) * bytes };
}
