import type { DataType, TensorInfo, TensorType } from '@llamella/spec';
import type { LinearForm } from '../linear-form.ts';

/** Element type of a graph's activations, keys, values and float constants. */
export type FloatType = Extract<DataType, 'float32' | 'float16'>;

/** What a weight matrix does in the model. */
export type LinearRole = 'embedding' | 'attention-input' | 'attention-output' | 'gate-up' | 'down' | 'head';

/** What the type of a weight matrix leaves open: its shape and its scales. */
export type WeightLayout = Pick<TensorInfo, 'shape' | 'scaleBlock' | 'zeroPoints' | 'inputOrder'>;

/**
 * What a backend runs well: every choice of the graph that depends on where it runs. An architecture asks the
 * profile and never the backend's name.
 */
export interface Profile {
  /** What errors and reports call it. */
  readonly name: string;
  /** Element type of `input_ids`. */
  readonly tokenType: Extract<DataType, 'int32' | 'int64'>;
  /** Element type of activations, keys, values, scales and float weights. Logits are float32 in any case. */
  readonly floatType: FloatType;
  /** Shape of `total_sequence_length`. */
  readonly totalLengthShape: readonly number[];
  /** Projections of one input are stacked into one product where their types agree. */
  readonly stackQueryKeyValue: boolean;
  /** As `stackQueryKeyValue`, for the gate and up projections. */
  readonly stackGateUp: boolean;
  /** SiLU as one `QuickGelu` node, or as the `Sigmoid` and `Mul` that the backend's own fusions look for. */
  readonly silu: 'quick-gelu' | 'sigmoid-mul';
  /** Whether the attention operator applies a softcap to scores. */
  readonly attentionSoftcap: boolean;
  /**
   * Whether attention gives its scores out too, which nothing reads: ONNX Runtime's CPU provider then takes its plain
   * kernel instead of flash attention.
   */
  readonly attentionScores: boolean;
  /** Whether products with float weights are `Gemm`, since the backend lacks `FusedMatMul`. Default `false`. */
  readonly gemmProducts?: boolean;
  /** Types of embedding matrices whose rows are looked up as they are stored, and then widened to `floatType`. */
  readonly lookupTypes: readonly TensorType[];
  /** Chunk of prompt tokens that the backend runs best with. */
  readonly prefillChunk: number;
  /** Types of weights that can be multiplied. */
  readonly types: readonly TensorType[];
  /**
   * How a linear layer whose weights are stored as `type` is multiplied; `undefined` when it cannot be.
   *
   * @param layout for types with `TensorInfo.scaleBlock`, which are float32 without it
   */
  linearForm(type: TensorType, role: LinearRole, layout?: WeightLayout): LinearForm | undefined;
}
