/** Element type of a graph's tensor, with ONNX's meaning. */
export type DataType = 'float32' | 'float16' | 'bfloat16' | 'uint8' | 'int8' | 'int32' | 'int64';

/**
 * How the bytes of an initializer are made from checkpoint tensors. Several tensors in one recipe are stacked
 * along the output dimension (q, k and v; gate and up).
 *
 * - `decode`: float32 `[outputs, inputs]`, or `[inputs, outputs]` when `transpose`
 * - `quantized`: packed unsigned integers for ONNX Runtime's `MatMulNBits`, uint8 `[outputs, blocks, blockSize*bits/8]`
 * - `scales`: float32 `[outputs, blocks]`, that go with `quantized`
 * - `zero-points`: uint8 `[outputs, ceil(blocks*bits/8)]`, that go with `quantized`; 4 bits are two to a byte, low first
 * - `block-minimums`: float32 `[blocks, outputs]`, or `[outputs, blocks]` when `transpose`: what remains of a format with a float minimum when the
 *   zero point is `2^(bits-1)`: weight = (u - 2^(bits-1)) * scale + block-minimum
 * - `tiles`: int8 `[outputs/tile, inputs, tile]`: each output's weights as integers from -127 to 127, times its scale; a
 *   tile of outputs after the other, inputs outermost in it
 * - `output-scales`: float32 `[outputs]`, that go with `tiles`: the largest magnitude of an output's weights, divided by 127
 * - `stored`: the bytes of one tensor as they are
 *
 * `blocks` is `inputs/blockSize`, and more on the grid `folded`.
 */
export type PackKind =
  | 'decode'
  | 'quantized'
  | 'scales'
  | 'zero-points'
  | 'block-minimums'
  | 'tiles'
  | 'output-scales'
  | 'stored';

/**
 * The integer grid that weights are put on.
 *
 * - `native`: the format's own grid, without change
 * - `fine`: 8 bits, up to seventeen steps to each step of a 4-bit format with a float minimum, so that the zero point
 *   can be an integer. In blocks that contain zero the error is at most 1/32 of a step of the format.
 * - `folded`: for formats with a float minimum: an integer zero point, the code closest to zero, and what it is off
 *   by, at most half a step, as weights of further inputs. After its own inputs a row has one weight for the sum of
 *   each group of inputs that shares a scale; in 4 bits these are first digits, and as many second digits for those
 *   sums divided by 16 follow. They have one scale for the row, and are filled up to a whole block. In rows whose
 *   blocks all contain zero the error is at most 1/400 of the row's longest step in 4 bits, 1/500 in 8.
 * - `integers`: for floats of 8 bits: 8-bit integers around 128 times a power of two, one for each block, with which the
 *   block's largest magnitude is from 64 to 128. Floats of its exponent and of the next ones below, three for `F8_E4M3`
 *   and four for `F8_E5M2`, keep their values; smaller ones are rounded. The error is at most 1/16 of the longest step
 *   between neighbouring floats in the row for `F8_E4M3`, 1/32 for `F8_E5M2`.
 */
export type PackGrid = 'native' | 'fine' | 'folded' | 'integers';

/** How one initializer is packed. */
export interface PackRecipe {
  /** What is made. */
  readonly kind: PackKind;
  /** Names of the tensors, in the order in which they are stacked. */
  readonly tensors: readonly string[];
  /** Bits of a packed weight; needed for `quantized`, `zero-points`, `block-minimums` and, on the folded grid, `scales`. */
  readonly bits?: 4 | 8;
  /**
   * Weights that share a scale once packed: as many as in the format, or a part of them. Default: the format's; needed
   * for types with `TensorInfo.scaleBlock`.
   */
  readonly blockSize?: number;
  /** Default `native`. */
  readonly grid?: PackGrid;
  /** Outputs in a tile; needed for `tiles`. It divides the outputs. */
  readonly tile?: number;
  /** With `decode`: inputs outermost; with `block-minimums`: outputs outermost. Default `false`. */
  readonly transpose?: boolean;
  /**
   * Element type of `decode`, `scales` and `block-minimums`. Default `float32`; `float16` is the nearest, of two equally
   * near ones the even.
   */
  readonly floatType?: 'float32' | 'float16';
  /**
   * Which of the outputs of the stacked tensors are packed, the second number excluded, as if the tensors had no others;
   * with `stored`, which rows of the tensor's first dimension. Default: all.
   */
  readonly rows?: readonly [first: number, end: number];
}

/** A constant of the graph whose bytes live outside the model protobuf. */
export interface Initializer {
  /** Name of the tensor in the graph. */
  readonly name: string;
  /** Element type of the tensor in the graph. */
  readonly dataType: DataType;
  /** Shape of the tensor in the graph. */
  readonly shape: readonly number[];
  /** Size of its data in bytes. */
  readonly byteLength: number;
  /** Made from the checkpoint, or given by the graph builder. */
  readonly source:
    | {
        /** How its bytes are made from the checkpoint. */
        readonly recipe: PackRecipe;
      }
    | {
        /** Its bytes. */
        readonly data: Uint8Array;
      };
}

/** How closely a tensor's values survive the way from the checkpoint into the graph. */
export interface TensorFidelity {
  /** Name of the tensor in the checkpoint. */
  readonly tensor: string;
  /** `exact`: same values; `re-gridded`: put on another grid, see `bound`; `decoded`: same values, as float32. */
  readonly kind: 'exact' | 're-gridded' | 'decoded';
  /**
   * Largest error of one weight, in steps of the stored format: in those of the longest step in the weight's row, for
   * rows whose blocks all contain zero; for `F32`, `F16` and `BF16` in steps of the grid that they are put on. 0 when exact.
   */
  readonly bound: number;
  /** That error as measured when the tensor was packed; more than `bound` where blocks lie far from zero. */
  readonly measured?: number;
  /** What the backend multiplies with, for people: `MatMulNBits 4-bit, block 32`. */
  readonly runsAs: string;
}

/** Names and shapes that a runtime needs to bind. */
export interface GraphInterface {
  /** Layers, each with keys and values of its own. */
  readonly layerCount: number;
  /** Heads of keys and of values per layer. */
  readonly keyValueHeadCount: number;
  /** Width of one head. */
  readonly headSize: number;
  /** Logits per token. */
  readonly vocabularySize: number;
  /** Most tokens in one sequence. */
  readonly contextLength: number;
  /** Element type of keys and values. */
  readonly cacheType: 'float32' | 'float16';
  /** Element type of `input_ids`. */
  readonly tokenType: 'int32' | 'int64';
  /** Shape of `total_sequence_length`: `[]` or `[1]`. */
  readonly totalLengthShape: readonly number[];
  /** Whether the graph has the input `position`. */
  readonly positionInput: boolean;
  /** Prompt tokens per run that the backend runs best with. */
  readonly prefillChunk: number;
}

/** An ONNX model ready to be turned into a session, and what has to be put beside it. */
export interface GraphPlan {
  /** Serialized ModelProto; its initializers refer to the external file `externalFile` at the given offsets. */
  readonly model: Uint8Array;
  /** Name under which the graph refers to its external data. */
  readonly externalFile: string;
  /** In file order; `offsets[i]` is where `initializers[i]` starts. */
  readonly initializers: readonly Initializer[];
  /** Where each initializer starts in the external data, in bytes. */
  readonly offsets: readonly number[];
  /** Size in bytes of the external data. */
  readonly externalByteLength: number;
  /** What a runtime has to bind. */
  readonly interface: GraphInterface;
  /** How closely each tensor survives, in the order in which the graph uses them. */
  readonly fidelity: readonly TensorFidelity[];
}
