import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { blockFormat } from './block-formats.ts';
import { floatFormat } from './float-formats.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/**
 * Stores float32 values in a type, with the rounding of ggml's reference quantizers.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @throws {UnsupportedError} for types other than F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0
 * @throws {InvalidArgumentError} when the number of values is not that of the shape, or, in block formats, a value
 *   is not finite
 */
export function encodeTensor(type: TensorType, values: Float32Array, shape: readonly number[]): Uint8Array {
  const { elements, byteLength } = tensorByteLength(type, shape);
  if (values.length !== elements) {
    throw new InvalidArgumentError(
      'values',
      `shape [${shape}] has ${elements} elements, not ${values.length}`,
    );
  }
  const block = blockFormat(type);
  const float = floatFormat(type);
  if (block === undefined && float === undefined) {
    throw new UnsupportedError(`encoding ${type}`, 'use F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1 or Q8_0');
  }
  const bytes = new Uint8Array(byteLength);
  if (block !== undefined) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw new InvalidArgumentError('values', `value ${bad} is ${values[bad]}`);
    block.encode(values, bytes);
  } else float!.encode(new Uint32Array(values.buffer, values.byteOffset, values.length), bytes);
  return bytes;
}
