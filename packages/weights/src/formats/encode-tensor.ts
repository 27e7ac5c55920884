import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { blockFormat } from './block-formats.ts';
import { floatFormat } from './float-formats.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/**
 * Stores float32 values in a type, with the rounding of ggml's reference quantizers.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @throws {UnsupportedError} for F64, integer types, IQ1, IQ2 and IQ3
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
  const encode = block === undefined ? float?.encode : block.encode;
  if (encode === undefined) {
    throw new UnsupportedError(
      `encoding ${type}`,
      'use F32, F16, BF16, Q4_0 to Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0 or MXFP4',
    );
  }
  const bytes = new Uint8Array(byteLength);
  if (block !== undefined) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw new InvalidArgumentError('values', `value ${bad} is ${values[bad]}`);
    block.encode!(values, bytes);
  } else float!.encode(new Uint32Array(values.buffer, values.byteOffset, values.length), bytes);
  return bytes;
}
