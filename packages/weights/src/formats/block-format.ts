import type { TensorType } from '@llamella/spec';

/**
 * A type that stores elements as small unsigned integers, codes, in blocks that share a scale:
 * `value = (code - zeroCode) * scale + minimum`.
 *
 * All functions work on whole blocks. `bytes` must start at an even address, `codes` at a multiple of four. Scales
 * and minimums are float16 in the file. Layouts: ggml-common.h; rounding of `encode`: `quantize_row_*_ref` in
 * ggml-quants.c.
 */
export interface BlockFormat {
  readonly type: TensorType;
  /** Elements per block. */
  readonly blockLength: number;
  readonly blockBytes: number;
  /** Bits of a code: 4, 5 or 8. */
  readonly codeBits: number;
  /** The code that stands for zero, before the minimum is added. */
  readonly zeroCode: number;
  /** Byte in the block where the float16 minimum is; absent in formats without one. */
  readonly minimumOffset?: number;
  /** Writes one byte per element, in element order. */
  readonly unpack: (bytes: Uint8Array, codes: Uint8Array) => void;
  /** Quantizes float32 values as ggml's reference does. */
  readonly encode: (values: Float32Array, bytes: Uint8Array) => void;
}
