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
 * @throws {UnsupportedError} for F64 and integer types
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
    'it holds no weights of a model; use a floating-point type of at most 32 bits or a block type',
  );
}
