import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { aligned } from './aligned.ts';
import { blockFormat } from './block-formats.ts';
import { decodeBlocks } from './decode-blocks.ts';
import { floatFormat } from './float-formats.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/**
 * Decodes stored bytes to float32, bit for bit as ggml does.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @returns the values in row-major order
 * @throws {UnsupportedError} for types other than F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0
 * @throws {InvalidArgumentError} when `bytes` does not have the size that type and shape ask for
 */
export function decodeTensor(type: TensorType, bytes: Uint8Array, shape: readonly number[]): Float32Array {
  const { elements, byteLength } = tensorByteLength(type, shape);
  checkDecodable(type);
  if (bytes.byteLength !== byteLength) {
    throw new InvalidArgumentError(
      'bytes',
      `${type} [${shape}] takes ${byteLength} bytes, not ${bytes.byteLength}`,
    );
  }
  const values = new Float32Array(elements);
  decodeInto(type, bytes, values);
  return values;
}

/** Decodes into `values`, whose length says how many elements there are. Sizes have been checked. */
export function decodeInto(type: TensorType, bytes: Uint8Array, values: Float32Array): void {
  const format = blockFormat(type);
  if (format !== undefined) decodeBlocks(format, aligned(bytes, 2), values);
  else {
    const float = floatFormat(type)!;
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    float.decode(aligned(bytes, float.elementBytes), bits);
  }
}

/** @param name what the error calls the tensor @throws {UnsupportedError} when this package cannot decode the type */
export function checkDecodable(type: TensorType, name?: string): void {
  if (blockFormat(type) !== undefined || floatFormat(type) !== undefined) return;
  const where = name === undefined ? '' : `tensor ${name}: `;
  throw new UnsupportedError(
    `${where}decoding ${type}`,
    'use a model in F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1 or Q8_0',
  );
}
