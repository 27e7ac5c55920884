/** How a tensor's elements are stored. Block formats are named as in ggml. */
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
}
