import { InvalidArgumentError, type TensorType } from '@llamella/spec';
import { blockSize } from './tensor-types.ts';

/**
 * Number of elements of a shape and of bytes that they take in a type.
 *
 * @throws {InvalidArgumentError} when the shape is empty, not of positive integers, too large, or its rows do not
 *   consist of whole blocks
 */
export function tensorByteLength(type: TensorType, shape: readonly number[]) {
  const { elements: blockLength, bytes } = blockSize(type);
  const elements = shape.reduce((product, length) => product * length, 1);
  const valid = shape.every((length) => Number.isInteger(length) && length > 0);
  if (!valid || shape.length === 0 || !Number.isSafeInteger(elements * bytes)) {
    throw new InvalidArgumentError('shape', `[${shape}] is not the shape of a tensor`);
  }
  if (shape.at(-1)! % blockLength !== 0) {
    throw new InvalidArgumentError(
      'shape',
      `rows of ${shape.at(-1)} are not whole blocks of ${blockLength} of ${type}`,
    );
  }
  return { elements, byteLength: (elements / blockLength) * bytes };
}
