import type { TensorType } from '@llamella/spec';

/**
 * A type that stores elements as small unsigned integers, codes, in blocks, with a scale for every `scaleLength`
 * elements: `value = (code - zeroCode) * scale + minimum`. Types that choose values from a table have the table's
 * integers as codes.
 *
 * All functions work on whole blocks. `bytes` must start at an even address, `codes` at a multiple of four. Every
 * product of code and scale is exact in float32. Layouts: ggml-common.h.
 */
export interface BlockFormat {
  readonly type: TensorType;
  /** Elements per block. */
  readonly blockLength: number;
  readonly blockBytes: number;
  /** Elements that share a scale. */
  readonly scaleLength: 16 | 32;
  /** Bits of a code: 2 to 8. */
  readonly codeBits: number;
  /** The code that stands for zero, before the minimum is added. */
  readonly zeroCode: number;
  /** Whether values have a minimum added; then `zeroCode` is 0. */
  readonly hasMinimum: boolean;
  /** Writes one byte per element, in element order. */
  readonly unpack: (bytes: Uint8Array, codes: Uint8Array) => void;
  /** Writes one scale per `scaleLength` elements and, in formats that have them, as many minimums. */
  readonly readScales: (bytes: Uint8Array, scales: Float32Array, minimums: Float32Array) => void;
}

/**
 * Quantizes finite float32 values to whole blocks, all bits of which are zero before, as ggml does: `quantize_row_*_ref` in
 * ggml-quants.c, and the quantizers with importance for types that search grids.
 *
 * @param importance one number for each element of a row, for types that use it
 */
export type BlockEncode = (values: Float32Array, bytes: Uint8Array, importance?: Float32Array) => void;
