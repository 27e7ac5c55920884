import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { blockFormat } from './block-formats.ts';
import { encodeScaled } from './encode-scaled.ts';
import { floatFormat } from './float-formats.ts';
import { scaledFormat } from './scaled-format.ts';
import { scaledLayout, type TensorLayout } from './scaled-layout.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/**
 * Stores float32 values in a type, with the rounding of ggml's reference quantizers.
 *
 * Floats of 8 and 4 bits round to nearest, ties to even; what lies beyond their range, infinities too, becomes their
 * largest finite value, and NaN stays one in 8 bits. Scales are the largest magnitude of a block over the largest element
 * (448 for `F8_E4M3`, 57,344 for `F8_E5M2`, 6 for `F4_E2M1`, 7 for `U4`, 127 for `U8`); with zero points, the range of the
 * block, zero included, over 15 or 255.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @param layout which weights share a scale, whether there are zero points, the order of the stored columns; a
 *   `TensorInfo` is one
 * @throws {UnsupportedError} for F64, integer types, IQ1, IQ2 and IQ3
 * @throws {InvalidArgumentError} when the number of values is not that of the shape, or a value is not finite, but for
 *   floats of 8 bits or more without scales
 */
export function encodeTensor(
  type: TensorType,
  values: Float32Array,
  shape: readonly number[],
  layout: TensorLayout = {},
): Uint8Array {
  const { elements, byteLength } = tensorByteLength(type, shape, layout);
  if (values.length !== elements) {
    throw new InvalidArgumentError(
      'values',
      `shape [${shape}] has ${elements} elements, not ${values.length}`,
    );
  }
  const block = blockFormat(type);
  const float = floatFormat(type);
  const scaled = scaledFormat(type);
  if (block?.encode === undefined && float === undefined && scaled === undefined) {
    throw new UnsupportedError(
      `encoding ${type}`,
      'use a float type of at most 32 bits, U4, U8, Q4_0 to Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0 or MXFP4',
    );
  }
  const bytes = new Uint8Array(byteLength);
  const keepsNotANumber =
    layout.scaleBlock === undefined && scaled?.float !== undefined && scaled.elementBits === 8;
  if (float === undefined && !keepsNotANumber) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw new InvalidArgumentError('values', `value ${bad} is ${values[bad]}`);
  }
  block?.encode?.(values, bytes);
  float?.encode(new Uint32Array(values.buffer, values.byteOffset, values.length), bytes);
  if (scaled !== undefined) encodeScaled(scaled, scaledLayout(scaled, shape, layout), values, bytes);
  return bytes;
}
