import { type Checkpoint, type GraphPlan, InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { requireArchitecture } from './architectures/architectures.ts';
import { checkConfig } from './check-config.ts';
import { checkAllUsed, checkDense } from './check-tensors.ts';
import { finishPlan } from './finish-plan.ts';
import type { GraphContext } from './graph-context.ts';
import { InitializerTable } from './initializer-table.ts';
import { needsPosition } from './layer-attention.ts';
import { OnnxWriter } from './onnx/onnx-writer.ts';
import type { Profile } from './profiles/profile.ts';
import { rotarySize } from './rotary-tables.ts';

/** What a graph is written for. */
export interface BuildGraphOptions {
  /** What the backend that will run the graph does well. */
  readonly profile: Profile;
  /** Longest sequence in tokens that the graph can run; at most, and by default, the model's context. */
  readonly contextLength?: number;
  /**
   * Bytes of the largest constant that the backend can hold, such as the largest buffer of a GPU: larger matrices are
   * split along their outputs. Default: no limit.
   */
  readonly maximumTensorBytes?: number;
}

const EXTERNAL_FILE = 'weights.bin';

/** Bytes of one table of cosines or sines; longer contexts must be cut by `contextLength`. */
const MOST_TABLE_BYTES = 2 ** 30;

/**
 * Writes the ONNX graph of a checkpoint for one backend, and the recipes of its constants. Only names, types and
 * shapes of the tensors are looked at; no weight is read.
 *
 * | input | type | shape | meaning |
 * |---|---|---|---|
 * | `input_ids` | int64 or int32 | `[1, tokens]` | |
 * | `seqlens_k` | int32 | `[1]` | tokens in the cache after this run, minus one |
 * | `total_sequence_length` | int32 | `[]` or `[1]` | tokens in the cache after this run |
 * | `position` | int64 | `[1]` | position of the first token; only where the attention operator cannot rotate |
 * | `logit_rows` | int64 | `[rows]` | which of the tokens to give logits for |
 * | `past_key_values.{layer}.key`, `.value` | `profile.floatType` | `[1, keyValueHeads, capacity, headSize]` | |
 *
 * Outputs: `logits` float32 `[1, rows, vocabulary]`, and `present.{layer}.key` and `.value`, to be bound to the memory
 * of `past_key_values`, which the attention operator then extends in place.
 *
 * @throws {UnsupportedError} for an architecture, tensor type or tensor that the graph has no place for
 * @throws {InvalidFileError} when the configuration makes no sense, or tensors are missing or disagree with it
 * @throws {InvalidArgumentError} when `contextLength` is not a whole number from 1 to the model's context
 * @throws {UnsupportedError} when a constant is larger than `maximumTensorBytes` and cannot be split
 */
export function buildGraph(
  checkpoint: Pick<Checkpoint, 'name' | 'config' | 'tensors'>,
  options: BuildGraphOptions,
): GraphPlan {
  const { config, name, tensors } = checkpoint;
  const { profile } = options;
  const write = requireArchitecture(config.architecture, name);
  checkConfig(name, config);
  checkDense(checkpoint);
  const contextLength = readContextLength(checkpoint, options.contextLength);
  const writer = new OnnxWriter(EXTERNAL_FILE);
  const table = new InitializerTable(writer);
  const context: GraphContext = {
    name,
    config,
    profile,
    contextLength,
    writer,
    table,
    tensors,
    used: new Set(),
    shared: new Set(),
    fidelity: [],
  };

  writer.input('input_ids', profile.tokenType, [1, 'tokens']);
  writer.input('seqlens_k', 'int32', [1]);
  writer.input('total_sequence_length', 'int32', profile.totalLengthShape);
  if (needsPosition(config)) writer.input('position', 'int64', [1]);
  writer.input('logit_rows', 'int64', ['rows']);
  writer.output('logits', 'float32', [1, 'rows', config.vocabularySize]);
  write(context);
  checkAllUsed(context);

  const plan: GraphPlan = {
    model: writer.finish(config.name || config.architecture),
    externalFile: EXTERNAL_FILE,
    initializers: table.initializers,
    offsets: table.offsets,
    externalByteLength: table.byteLength,
    interface: {
      layerCount: config.layerCount,
      keyValueHeadCount: config.keyValueHeadCount,
      headSize: config.headSize,
      vocabularySize: config.vocabularySize,
      contextLength,
      cacheType: profile.floatType,
      tokenType: profile.tokenType,
      totalLengthShape: profile.totalLengthShape,
      positionInput: needsPosition(config),
      prefillChunk: profile.prefillChunk,
    },
    fidelity: context.fidelity,
  };
  return finishPlan(plan, options, name);
}

function readContextLength(
  { name, config }: Pick<Checkpoint, 'name' | 'config'>,
  wanted: number | undefined,
): number {
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1 || wanted > config.contextLength)) {
    throw new InvalidArgumentError(
      'contextLength',
      `must be a whole number from 1 to ${config.contextLength}, the model's context; got ${wanted}`,
    );
  }
  const contextLength = wanted ?? config.contextLength;
  const most = Math.floor(MOST_TABLE_BYTES / (rotarySize(config) * 2));
  if (contextLength > most) {
    throw new UnsupportedError(
      `${name}: a context of ${contextLength} tokens`,
      `pass a contextLength of at most ${most}`,
    );
  }
  return contextLength;
}
