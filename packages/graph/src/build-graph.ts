import {
  type Checkpoint,
  type GraphPlan,
  InvalidArgumentError,
  InvalidFileError,
  type ModelConfig,
  UnsupportedError,
} from '@llamella/spec';
import { architectures } from './architectures/architectures.ts';
import type { GraphContext } from './graph-context.ts';
import { InitializerTable } from './initializer-table.ts';
import { OnnxWriter } from './onnx/onnx-writer.ts';
import type { Profile } from './profiles/profile.ts';
import { attentionRotates, rotaryTables } from './rotary-tables.ts';

export interface BuildGraphOptions {
  readonly profile: Profile;
  /** Longest sequence in tokens that the graph can run; at most, and by default, the model's context. */
  readonly contextLength?: number;
}

const EXTERNAL_FILE = 'weights.bin';

/**
 * Writes the ONNX graph of a checkpoint for one backend, and the recipes of its constants.
 *
 * Inputs: `input_ids` int64 or int32 `[1, tokens]`; `seqlens_k` int32 `[1]`, tokens in the cache after this run minus
 * one; `total_sequence_length` int32, the same plus one; `logit_rows` int64 `[rows]`, which of the tokens to give
 * logits for; `position` int64 `[1]`, that of the first token, only where the attention operator cannot rotate; `past_key_values.{layer}.key|value` float32 `[1, keyValueHeads, capacity, headSize]`.
 * Outputs: `logits` float32 `[1, rows, vocabulary]` and `present.{layer}.key|value`, to be bound to the memory of
 * `past_key_values`, which the attention operator then extends in place.
 *
 * @throws {UnsupportedError} for an architecture or tensor type that has no graph
 * @throws {InvalidFileError} when tensors are missing or disagree with the configuration
 */
export function buildGraph(
  checkpoint: Pick<Checkpoint, 'name' | 'config' | 'tensors'>,
  options: BuildGraphOptions,
): GraphPlan {
  const { config, name, tensors } = checkpoint;
  const { profile } = options;
  const write = architectures.get(config.architecture);
  if (write === undefined) {
    throw new UnsupportedError(
      `${name}: architecture ${JSON.stringify(config.architecture)}`,
      `supported: ${[...architectures.keys()].join(', ')}`,
    );
  }
  checkConfig(name, config);
  const contextLength = readContextLength(config, options.contextLength);
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
    fidelity: [],
  };

  writer.input('input_ids', profile.tokenType, [1, 'tokens']);
  writer.input('seqlens_k', 'int32', [1]);
  writer.input('total_sequence_length', 'int32', profile.totalLengthShape);
  if (!attentionRotates(config)) writer.input('position', 'int64', [1]);
  writer.input('logit_rows', 'int64', ['rows']);
  writer.output('logits', 'float32', [1, 'rows', config.vocabularySize]);
  const { cosines, sines } = rotaryTables(config, contextLength);
  table.computed('cosines', [contextLength, config.headSize / 2], cosines);
  table.computed('sines', [contextLength, config.headSize / 2], sines);
  write(context);

  return {
    model: writer.finish(config.name ?? config.architecture),
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
      cacheType: 'float32',
      tokenType: profile.tokenType,
      totalLengthShape: profile.totalLengthShape,
      positionInput: !attentionRotates(config),
      prefillChunk: profile.prefillChunk,
    },
    fidelity: context.fidelity,
  };
}

function readContextLength(config: ModelConfig, wanted: number | undefined): number {
  if (wanted === undefined) return config.contextLength;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > config.contextLength) {
    throw new InvalidArgumentError(
      'contextLength',
      `must be a whole number from 1 to ${config.contextLength}, the model's context; got ${wanted}`,
    );
  }
  return wanted;
}

/** What ONNX Runtime's attention operator demands of the sizes, checked here so that the error names the file. */
function checkConfig(file: string, config: ModelConfig): void {
  const problem = (text: string) => new InvalidFileError({ file }, text);
  if (config.headSize % 8 !== 0) throw problem(`head size ${config.headSize} is not a multiple of 8`);
  if (config.headCount % config.keyValueHeadCount !== 0) {
    throw problem(
      `${config.headCount} heads cannot share ${config.keyValueHeadCount} key/value heads evenly`,
    );
  }
}
