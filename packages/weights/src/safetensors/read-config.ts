import { InvalidFileError, type ModelConfig, UnsupportedError } from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import { ConfigReader } from './config-reader.ts';
import { families, wrappers } from './families.ts';
import { isObject } from './parse-json.ts';
import { readLayers } from './read-layers.ts';
import { readRope } from './read-rope.ts';

/** Numbers of experts: more than one, and the feed-forward layers are chosen among. */
const experts = ['num_local_experts', 'num_experts', 'n_routed_experts', 'moe_num_experts'];
/** Values other than these change the mathematics in a way that no `ModelConfig` says. */
const flags = ['use_bidirectional_attention', 'is_encoder_decoder', 'add_cross_attention', 'use_mrope'];
const activations: ReadonlyMap<string, 'silu' | 'gelu-tanh'> = new Map([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['gelu_new', 'gelu-tanh'],
]);
/** A list of layers is at most this long; a larger number in a file is no model. */
const maximumLayerCount = 65_536;

/** What a config.json says about its model, and whether the language model is part of a larger one. */
export interface TransformersConfig {
  readonly config: ModelConfig;
  /** Whether the checkpoint also holds parts for images, which are left out. */
  readonly isPartOfLarger: boolean;
}

/**
 * The model's shape from a config.json in the form of transformers, with its defaults. Keys that change what the model
 * computes and that `ModelConfig` cannot express are refused.
 *
 * @param json the parsed file
 * @param file what errors call it
 * @throws {InvalidFileError} naming the key, when a value is missing or senseless
 * @throws {UnsupportedError} for other architectures and for what the configuration cannot express
 */
export function readConfig(json: unknown, file: string): TransformersConfig {
  if (!isObject(json)) throw new InvalidFileError({ file }, 'this is no JSON object');
  const outer = new ConfigReader(file, json);
  const outerType = outer.text('model_type');
  if (outerType === undefined) throw outer.invalid('model_type', 'is missing');
  checkTask(outer);
  const innerType = wrappers.get(outerType);
  if (innerType === undefined)
    return { config: readFamily(outer, json, outerType, ''), isPartOfLarger: false };
  const text = json.text_config ?? {};
  if (!isObject(text)) throw outer.invalid('text_config', 'is not an object');
  const inner = {
    ...text,
    tie_word_embeddings: json.tie_word_embeddings ?? text.tie_word_embeddings ?? true,
  };
  const type = new ConfigReader(file, text, 'text_config.').text('model_type') ?? innerType;
  return { config: readFamily(outer, inner, type, 'text_config.'), isPartOfLarger: true };
}

function checkTask(config: ConfigReader): void {
  const classes = config.value('architectures');
  if (!Array.isArray(classes) || classes.length === 0) return;
  const generates = (name: unknown) =>
    typeof name === 'string' && /For(CausalLM|ConditionalGeneration)$/i.test(name);
  if (!classes.some(generates)) throw config.unsupported('architectures', 'use a model that generates text');
}

function readFamily(
  outer: ConfigReader,
  json: Readonly<Record<string, unknown>>,
  modelType: string,
  prefix: string,
): ModelConfig {
  const family = families.get(modelType);
  const config = new ConfigReader(outer.file, { ...family?.defaults, ...json }, prefix);
  const expertKey = experts.find(
    (key) => config.has(key) && config.value(key) !== 1 && config.value(key) !== 0,
  );
  if (expertKey !== undefined || /moe|mixtral/i.test(modelType)) {
    throw new UnsupportedError(
      `${outer.file}: ${clip(modelType)}, a mixture of experts,`,
      'use a dense model',
    );
  }
  if (family === undefined) {
    throw new UnsupportedError(
      `${outer.file}: the architecture ${clip(modelType)}`,
      `use a model of the type ${[...families.keys(), ...wrappers.keys()].join(', ')}`,
    );
  }
  for (const place of [outer, config]) {
    const key = flags.find((name) => place.has(name) && place.value(name) !== false);
    if (key !== undefined) throw place.unsupported(key);
  }
  return readModel(config, family.architecture, modelType);
}

function readModel(config: ConfigReader, architecture: string, modelType: string): ModelConfig {
  const isGemma = modelType.startsWith('gemma');
  const hiddenSize = config.requiredCount('hidden_size');
  const headCount = config.requiredCount('num_attention_heads');
  const keyValueHeadCount = config.count('num_key_value_heads') ?? headCount;
  if (headCount % keyValueHeadCount !== 0) {
    throw config.invalid(
      'num_key_value_heads',
      `is ${keyValueHeadCount}, no divisor of the ${headCount} heads`,
    );
  }
  const headSize = config.count('head_dim') ?? Math.floor(hiddenSize / headCount);
  if (headSize === 0 || headSize % 2 !== 0) throw config.invalid('head_dim', `is absent or odd: ${headSize}`);
  const layerCount = config.requiredCount('num_hidden_layers');
  if (layerCount > maximumLayerCount)
    throw config.invalid('num_hidden_layers', `is ${layerCount}, more than ${maximumLayerCount}`);
  const contextLength = config.requiredCount('max_position_embeddings');

  const activationKey = isGemma ? 'hidden_activation' : 'hidden_act';
  const activation = activations.get(config.text(activationKey) ?? (isGemma ? 'gelu_pytorch_tanh' : ''));
  if (activation === undefined) throw config.unsupported(activationKey);
  return {
    architecture,
    contextLength,
    vocabularySize: config.requiredCount('vocab_size'),
    hiddenSize,
    intermediateSize: config.requiredCount('intermediate_size'),
    layerCount,
    headCount,
    keyValueHeadCount,
    headSize,
    normEpsilon: config.requiredPositive('rms_norm_eps'),
    ...readRope(config, architecture, headSize, contextLength),
    ropeInterleaved: false,
    tiedEmbeddings: config.flag('tie_word_embeddings'),
    ...readLayers(config, modelType, layerCount),
    ...(activation === 'silu' ? {} : { activation }),
    ...(isGemma ? readGemma(config, hiddenSize) : {}),
    ...(modelType === 'granite' ? readGranite(config) : {}),
  };
}

function readGemma(config: ConfigReader, hiddenSize: number): Partial<ModelConfig> {
  const attentionSoftcap = config.positive('attn_logit_softcapping');
  const logitSoftcap = config.positive('final_logit_softcapping');
  return {
    attentionScale: config.requiredPositive('query_pre_attn_scalar') ** -0.5,
    embeddingScale: Math.sqrt(hiddenSize),
    ...(attentionSoftcap === undefined ? {} : { attentionSoftcap }),
    ...(logitSoftcap === undefined ? {} : { logitSoftcap }),
  };
}

function readGranite(config: ConfigReader): Partial<ModelConfig> {
  return {
    attentionScale: config.requiredPositive('attention_multiplier'),
    embeddingScale: config.requiredPositive('embedding_multiplier'),
    residualScale: config.requiredPositive('residual_multiplier'),
    logitScale: 1 / config.requiredPositive('logits_scaling'),
  };
}
