import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { aligned } from './aligned.ts';
import { blockFormat } from './block-formats.ts';
import { decodeBlocks } from './decode-blocks.ts';
import { decodeScaled } from './decode-scaled.ts';
import { floatFormat } from './float-formats.ts';
import { scaledFormat } from './scaled-format.ts';
import { scaledLayout, type TensorLayout } from './scaled-layout.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/**
 * Decodes stored bytes to float32, bit for bit as ggml does; those with scales behind them, as float32 products.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @param layout scales, zero points and order of the columns; a `TensorInfo` is one. Columns that are stored in another
 *   order come out in that of the layer's inputs
 * @returns the values in row-major order
 * @throws {UnsupportedError} for F64 and integer types
 * @throws {InvalidArgumentError} when `bytes` does not have the size that type, shape and layout ask for
 */
export function decodeTensor(
  type: TensorType,
  bytes: Uint8Array,
  shape: readonly number[],
  layout: TensorLayout = {},
): Float32Array {
  const { elements, byteLength } = tensorByteLength(type, shape, layout);
  checkDecodable(type);
  if (bytes.byteLength !== byteLength) {
    throw new InvalidArgumentError(
      'bytes',
      `${type} [${shape}] takes ${byteLength} bytes, not ${bytes.byteLength}`,
    );
  }
  const values = new Float32Array(elements);
  const scaled = scaledFormat(type);
  if (scaled === undefined) decodeInto(type, bytes, values);
  else decodeScaled(scaled, scaledLayout(scaled, shape, layout), aligned(bytes, 4), values);
  return values;
}

/** Decodes a type without scales behind its elements into `values`, whose length says how many elements there are. Sizes have been checked. */
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
  if ([blockFormat, floatFormat, scaledFormat].some((find) => find(type) !== undefined)) return;
  const where = name === undefined ? '' : `tensor ${name}: `;
  throw new UnsupportedError(
    `${where}decoding ${type}`,
    'it holds no weights of a model; use a floating-point type of at most 32 bits or a block type',
  );
}
