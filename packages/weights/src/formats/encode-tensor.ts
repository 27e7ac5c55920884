import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { encodeScaled } from './encode-scaled.ts';
import { blockEncoder, needsImportance, wouldUseImportance } from './encoders.ts';
import { floatFormat } from './float-formats.ts';
import { scaledFormat } from './scaled-format.ts';
import { scaledLayout, type TensorLayout } from './scaled-layout.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/** Options of {@link encodeTensor}. */
export interface EncodeOptions extends TensorLayout {
  /**
   * How much an error at each input matters, `[inputs]`, 0 or more: the mean squares of activations that an importance
   * matrix has. IQ1_S, IQ2_XXS and IQ2_XS need it; IQ1_M, IQ2_S, IQ3_XXS and IQ3_S use it. It is ignored by types that
   * ggml rounds without it: floats, U4, U8, Q8_0, TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0 and Q2_0.
   */
  readonly importance?: Float32Array;
}

/**
 * Stores float32 values in a type, with the rounding of ggml's quantizers.
 *
 * Floats of 8 and 4 bits round to nearest, ties to even; what lies beyond their range, infinities too, becomes their
 * largest finite value, and NaN stays one in 8 bits. Scales are the largest magnitude of a block over the largest element
 * (448 for `F8_E4M3`, 57,344 for `F8_E5M2`, 6 for `F4_E2M1`, 7 for `U4`, 127 for `U8`); with zero points, the range of the
 * block, zero included, over 15 or 255.
 *
 * @param shape outermost dimension first; blocks run along the last one
 * @param options which weights share a scale, whether there are zero points, the order of the stored columns: a
 *   `TensorInfo` has these; and the importance of inputs
 * @throws {UnsupportedError} for F64 and integer types; for importance with Q4_0 to Q5_1, Q2_K to Q6_K and IQ4, which
 *   are rounded without it
 * @throws {InvalidArgumentError} when the number of values is not that of the shape; when a value is not finite, but for
 *   floats of 8 bits or more without scales; when importance is missing for a type that needs it, is not one for each
 *   input, or not a finite number from 0
 */
export function encodeTensor(
  type: TensorType,
  values: Float32Array,
  shape: readonly number[],
  options: EncodeOptions = {},
): Uint8Array {
  const { elements, byteLength } = tensorByteLength(type, shape, options);
  if (values.length !== elements) {
    throw new InvalidArgumentError(
      'values',
      `shape [${shape}] has ${elements} elements, not ${values.length}`,
    );
  }
  const block = blockEncoder(type);
  const float = floatFormat(type);
  const scaled = scaledFormat(type);
  if ((block ?? float ?? scaled) === undefined) {
    throw new UnsupportedError(
      `encoding ${type}`,
      'use a float type of at most 32 bits, U4, U8 or a block type',
    );
  }
  checkImportance(type, options.importance, shape.at(-1) ?? 1);
  const bytes = new Uint8Array(byteLength);
  const keepsNotANumber =
    options.scaleBlock === undefined && scaled?.float !== undefined && scaled.elementBits === 8;
  if (float === undefined && !keepsNotANumber) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw new InvalidArgumentError('values', `value ${bad} is ${values[bad]}`);
  }
  block?.(values, bytes, options.importance);
  float?.encode(new Uint32Array(values.buffer, values.byteOffset, values.length), bytes);
  if (scaled !== undefined) encodeScaled(scaled, scaledLayout(scaled, shape, options), values, bytes);
  return bytes;
}

function checkImportance(type: TensorType, importance: Float32Array | undefined, inputs: number): void {
  if (importance === undefined) {
    if (!needsImportance(type)) return;
    throw new InvalidArgumentError('importance', `${type} needs one for each input: ${inputs}`);
  }
  if (wouldUseImportance(type)) {
    throw new UnsupportedError(`encoding ${type} with importance`, 'leave importance out');
  }
  if (importance.length !== inputs) {
    throw new InvalidArgumentError('importance', `${inputs} inputs need as many, not ${importance.length}`);
  }
  const bad = importance.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad !== -1) throw new InvalidArgumentError('importance', `number ${bad} is ${importance[bad]}`);
}
