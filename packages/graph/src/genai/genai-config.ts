import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { ConfigReader } from './config-reader.ts';
import { decoderKeys, inputKeys, modelKeys, outputKeys, slidingWindowKeys } from './genai-config-keys.ts';
import { type GenaiSearch, readSearch } from './genai-search.ts';
import { isInnerPath } from './inner-path.ts';

/** Names of a decoder's inputs and outputs. `%d` in those of keys and values stands for the layer. */
export interface GenaiNames {
  /** Token ids, int64 or int32 `[batch, tokens]`. */
  readonly inputIds: string;
  /** 1 for each token in the cache and in the run, `[batch, total]`. */
  readonly attentionMask: string;
  /** Positions of the tokens, `[batch, tokens]`. */
  readonly positionIds: string;
  /** Keys of earlier tokens. */
  readonly pastKey: string;
  /** Values of earlier tokens. */
  readonly pastValue: string;
  /** Keys with those of the run appended. */
  readonly presentKey: string;
  /** Values with those of the run appended. */
  readonly presentValue: string;
  /** Logits, `[batch, tokens, vocabulary]`. */
  readonly logits: string;
}

/** What a `genai_config.json` says about a decoder-only language model. */
export interface GenaiConfig {
  /** `model.type`, such as `llama`. */
  readonly type: string;
  /** Name of the graph's file, relative to the folder. */
  readonly fileName: string;
  /** Folder of the tokenizer's files, relative to the folder; empty for the folder itself. */
  readonly tokenizerFolder: string;
  /** Most tokens in one sequence. */
  readonly contextLength: number;
  /** Logits per token. */
  readonly vocabularySize: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** Heads of queries. */
  readonly headCount: number;
  /** Heads of keys and of values. */
  readonly keyValueHeadCount: number;
  /** Width of one head. */
  readonly headSize: number;
  /** Transformer blocks. */
  readonly layerCount: number;
  /** Tokens that end a text, `model.eos_token_id`. */
  readonly endTokens: readonly number[];
  /** Token that begins a text. */
  readonly bosToken?: number;
  /** Token that fills rows of a batch up. */
  readonly padToken?: number;
  /** Tokens that begin and end a tool call. */
  readonly toolCallTokens?: readonly [begin: number, end: number];
  /** Tokens that begin and end reasoning. */
  readonly reasoningTokens?: readonly [begin: number, end: number];
  /** Names of the graph's inputs and outputs. */
  readonly names: GenaiNames;
  /** How the model is meant to be sampled. */
  readonly search: GenaiSearch;
  /** `session_options` as they are: threads, providers, configuration entries. */
  readonly sessionOptions: Readonly<Record<string, unknown>>;
}

/** Lists are made with an entry for each layer; a larger number in a file is no model. */
const MOST_LAYERS = 65_536;

/** Parts of a model that are no decoder of text, and what a model that has them is. */
const otherParts: readonly (readonly [key: string, kind: string])[] = [
  ['encoder', 'a model with an encoder'],
  ['vision', 'a model that sees'],
  ['speech', 'a model that hears'],
  ['embedding', 'a model with embeddings of its own graph'],
  ['joiner', 'a transducer'],
  ['vad', 'voice detection'],
  ['draft', 'a draft model for speculative decoding'],
  ['mtp', 'a head that predicts several tokens'],
];

/**
 * Reads a `genai_config.json`, as ONNX Runtime GenAI does: unknown keys are an error, all but those of
 * `session_options` and `run_options`, which are entries of ONNX Runtime's own configuration.
 *
 * Source: microsoft/onnxruntime-genai `src/config.h`, `src/config.cpp`.
 *
 * @param document the parsed JSON
 * @param name what errors call the file
 * @throws {InvalidFileError} for unknown keys, wrong types, missing sizes and paths that leave the folder
 * @throws {UnsupportedError} for models that are more than one decoder of text
 */
export function readGenaiConfig(document: unknown, name: string): GenaiConfig {
  const root = new ConfigReader(name, '', document);
  root.allow(['model', 'search', 'speculative', 'engine']);
  const model = root.object('model');
  model.allow(modelKeys);
  for (const [key, kind] of otherParts) {
    if (model.has(key)) throw new UnsupportedError(`${name}: ${kind} (model.${key})`, 'use a text model');
  }
  const decoder = model.object('decoder');
  decoder.allow(decoderKeys);
  checkDecoder(decoder, name);
  const inputs = decoder.object('inputs');
  inputs.allow(inputKeys);
  const outputs = decoder.object('outputs');
  outputs.allow(outputKeys);
  const fileName = decoder.string('filename', '');
  if (!isInnerPath(fileName)) throw decoder.problem('filename', 'must name a file inside the folder');
  const tokenizerFolder = model.string('tokenizer_dir', '');
  if (tokenizerFolder !== '' && !isInnerPath(tokenizerFolder)) {
    throw model.problem('tokenizer_dir', 'must name a folder inside the folder');
  }
  const contextLength = model.integer('context_length', 1);
  const headCount = decoder.integer('num_attention_heads', 1);
  const bosToken = optionalToken(model, 'bos_token_id');
  const padToken = optionalToken(model, 'pad_token_id');
  const toolCallTokens = tokenPair(model, 'bot_token_id', 'eot_token_id');
  const reasoningTokens = tokenPair(model, 'bor_token_id', 'eor_token_id');
  return {
    type: model.string('type', ''),
    fileName,
    tokenizerFolder,
    contextLength,
    vocabularySize: model.integer('vocab_size', 1),
    hiddenSize: decoder.integer('hidden_size', 1),
    headCount,
    keyValueHeadCount: decoder.integer('num_key_value_heads', 1, headCount),
    headSize: decoder.integer('head_size', 1),
    layerCount: layerCountOf(decoder),
    endTokens: model.integers('eos_token_id', 0),
    ...(bosToken !== undefined && { bosToken }),
    ...(padToken !== undefined && { padToken }),
    ...(toolCallTokens && { toolCallTokens }),
    ...(reasoningTokens && { reasoningTokens }),
    names: {
      inputIds: inputs.string('input_ids', 'input_ids'),
      attentionMask: inputs.string('attention_mask', 'attention_mask'),
      positionIds: inputs.string('position_ids', 'position_ids'),
      pastKey: inputs.string('past_key_names', 'past_key_values.%d.key'),
      pastValue: inputs.string('past_value_names', 'past_key_values.%d.value'),
      presentKey: outputs.string('present_key_names', 'present.%d.key'),
      presentValue: outputs.string('present_value_names', 'present.%d.value'),
      logits: outputs.string('logits', 'logits'),
    },
    search: readSearch(root.object('search'), contextLength),
    sessionOptions: Object.fromEntries(
      sessionOptions(decoder, name).map((key) => [key, decoder.object('session_options').raw(key)]),
    ),
  };
}

function layerCountOf(decoder: ConfigReader): number {
  const count = decoder.integer('num_hidden_layers', 1);
  if (count <= MOST_LAYERS) return count;
  throw decoder.problem('num_hidden_layers', `is ${count}, more than ${MOST_LAYERS}`);
}

function checkDecoder(decoder: ConfigReader, name: string): void {
  if (!decoder.has('filename') || decoder.has('pipeline')) {
    const stages = decoder.raw('pipeline');
    if (Array.isArray(stages) ? stages.length > 0 : stages !== undefined) {
      throw new UnsupportedError(`${name}: a pipeline of graphs`, 'use a folder whose decoder is one graph');
    }
    if (!decoder.has('filename'))
      throw new InvalidFileError({ file: name }, 'model.decoder.filename is missing');
  }
  const shared = decoder.raw('shared_initializers');
  if (Array.isArray(shared) && shared.length > 0) {
    throw new UnsupportedError(
      `${name}: model.decoder.shared_initializers`,
      'use a folder whose graph names its own external data',
    );
  }
  const layerTypes = decoder.raw('layer_types');
  const other = Array.isArray(layerTypes) && layerTypes.find((type) => !/attention$/.test(String(type)));
  if (other !== undefined && other !== false) {
    throw new UnsupportedError(
      `${name}: layers of type ${other}`,
      'use a model with attention in all layers',
    );
  }
  if (decoder.has('sliding_window')) decoder.object('sliding_window').allow(slidingWindowKeys);
}

function sessionOptions(decoder: ConfigReader, name: string): string[] {
  const options = decoder.object('session_options');
  if (options.has('custom_ops_library')) {
    throw new UnsupportedError(`${name}: custom_ops_library`, 'use a graph of standard operators');
  }
  return options.keys();
}

function optionalToken(model: ConfigReader, key: string): number | undefined {
  // ONNX Runtime GenAI writes -1 or leaves the key out where there is no such token.
  const value = model.integer(key, -1, -1);
  return value < 0 ? undefined : value;
}

function tokenPair(model: ConfigReader, begin: string, end: string): [number, number] | undefined {
  const first = optionalToken(model, begin);
  const last = optionalToken(model, end);
  return first === undefined || last === undefined ? undefined : [first, last];
}
