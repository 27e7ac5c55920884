/**
 * How a tensor's elements are stored. Block formats are named as in ggml. `F8_E4M3`, `F8_E5M2` and `F4_E2M1` are the
 * floating-point formats of 8 and 4 bits, `U4` and `U8` unsigned codes; all five may have scales, see `TensorInfo.scaleBlock`.
 */
export type TensorType =
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'Q4_0'
  | 'Q4_1'
  | 'Q5_0'
  | 'Q5_1'
  | 'Q8_0'
  | 'Q2_K'
  | 'Q3_K'
  | 'Q4_K'
  | 'Q5_K'
  | 'Q6_K'
  | 'IQ1_S'
  | 'IQ1_M'
  | 'IQ2_XXS'
  | 'IQ2_XS'
  | 'IQ2_S'
  | 'IQ3_XXS'
  | 'IQ3_S'
  | 'IQ4_NL'
  | 'IQ4_XS'
  | 'TQ1_0'
  | 'TQ2_0'
  | 'MXFP4'
  | 'NVFP4'
  | 'Q1_0'
  | 'Q2_0'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'F4_E2M1'
  | 'U4'
  | 'U8'
  | 'F64'
  | 'I8'
  | 'I16'
  | 'I32'
  | 'I64';

/** A tensor of a checkpoint, before its data is read. */
export interface TensorInfo {
  /** Canonical name, as in GGUF. */
  readonly name: string;
  /** How the elements are stored. */
  readonly type: TensorType;
  /** Outermost dimension first: a linear layer is `[outputs, inputs]`. Blocks run along the last dimension. */
  readonly shape: readonly number[];
  /** Size of the stored data in bytes. */
  readonly byteLength: number;
  /**
   * Rows and columns of weights that share a scale, for `F8_E4M3`, `F8_E5M2`, `F4_E2M1`, `U4` and `U8`:
   * `[outputs, inputs]` is one scale for the tensor, `[1, inputs]` one per output, `[1, 128]` one per group of 128 inputs,
   * `[128, 128]` one per square. The last group of a row or column may be cut short. Absent: no scales.
   *
   * The data is then, one after the other: the elements `[outputs, inputs]`, those of 4 bits two to a byte, the first in
   * the low bits, each row starting at a whole byte; zeros up to a multiple of four bytes; float32 scales
   * `[ceil(outputs/rows), ceil(inputs/columns)]`; with `zeroPoints`, uint8 zero points of the same shape.
   * A weight is `element * scale`, and `(code - zeroPoint) * scale` for `U4` and `U8`.
   */
  readonly scaleBlock?: readonly [rows: number, columns: number];
  /** For `U4` and `U8`: whether zero points are stored. Without, they are 8 and 128. */
  readonly zeroPoints?: boolean;
  /**
   * Order of the stored columns, where it is not that of the layer's input: column `i` is multiplied with input
   * `inputOrder[i]`. A permutation of all inputs; the way in which GPTQ's `desc_act` is kept without loss.
   */
  readonly inputOrder?: Uint32Array;
}
