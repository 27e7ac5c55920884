import type { ModelConfig } from '@llamella/spec';
import { checkSays, slidingTheta, unsupported } from './said-config.ts';
import { writeRope } from './write-rope.ts';

type Json = Readonly<Record<string, unknown>>;

/** Names of the classes, by architecture. */
const classes: ReadonlyMap<string, string> = new Map([
  ['llama', 'Llama'],
  ['qwen2', 'Qwen2'],
  ['qwen3', 'Qwen3'],
  ['smollm3', 'SmolLM3'],
  ['gemma2', 'Gemma2'],
  ['gemma3', 'Gemma3'],
  ['phi3', 'Phi3'],
  ['granite', 'Granite'],
]);

/** Numbers that transformers takes to be no integers; it refuses those that look like one. */
const fractions =
  /^( *"(?:rms_norm_eps|\w+_softcapping|rope_theta|rope_local_base_freq|\w*factor|beta_\w+|\w+_multiplier|logits_scaling)": -?\d+)(,?)$/gm;

/**
 * The text of a model's config.json, for writing it in the form of transformers. Rotary positions are spelled as before
 * transformers 5, which later versions read as well.
 *
 * @param config rows of q and k are taken to be in the order of `ropeInterleaved: false`, whatever it says
 * @param tensors canonical names of the tensors, which tell what has biases
 * @param more further keys, such as `torch_dtype` and the ids of special tokens
 * @throws {UnsupportedError} for an architecture, or a value, that a config.json of its `model_type` cannot say
 */
export function transformersConfig(
  config: ModelConfig,
  tensors: Iterable<string>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const name = classes.get(config.architecture);
  if (name === undefined)
    throw unsupported(config, 'its architecture', `use one of ${[...classes.keys()].join(', ')}`);
  const isMistral = config.architecture === 'llama' && config.slidingWindow !== undefined;
  const isGemma = name.startsWith('Gemma');
  const activation = config.activation === 'gelu-tanh' ? 'gelu_pytorch_tanh' : 'silu';
  const json = {
    architectures: [`${isMistral ? 'Mistral' : name}ForCausalLM`],
    model_type: isMistral
      ? 'mistral'
      : config.architecture === 'gemma3'
        ? 'gemma3_text'
        : config.architecture,
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.keyValueHeadCount,
    head_dim: config.headSize,
    [isGemma ? 'hidden_activation' : 'hidden_act']: activation,
    max_position_embeddings: config.contextLength,
    rms_norm_eps: config.normEpsilon,
    tie_word_embeddings: config.tiedEmbeddings,
    ...biases(config, tensors, isMistral),
    rope_theta: config.ropeTheta,
    ...writeRope(config),
    ...layers(config),
    ...(isGemma ? gemma(config) : {}),
    ...(config.architecture === 'granite' ? granite(config) : {}),
  };
  checkSays(json, config);
  return `${JSON.stringify({ ...json, ...more }, shorten, 2).replace(fractions, '$1.0$2')}\n`;
}

/** Writes a number that was stored in float32 with the digits that it needs there: 1e-5, not 9.999999747378752e-6. */
function shorten(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Math.fround(value) !== value) return value;
  for (let digits = 1; ; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
}

/** Which groups of layers have biases. A group has them in all its layers or in none. */
function biases(config: ModelConfig, tensors: Iterable<string>, isMistral: boolean): Json {
  const { architecture } = config;
  const names = [...tensors].filter((name) => name.startsWith('blk.') && name.endsWith('.bias'));
  const found = new Set(names.map((name) => name.split('.')[2]!));
  const attention = ['attn_q', 'attn_k', 'attn_v', ...(architecture === 'qwen2' ? [] : ['attn_output'])];
  const forward = ['ffn_gate', 'ffn_up', 'ffn_down'];
  const has = (group: readonly string[]) => group.every((name) => found.has(name));
  const said = [
    ...(has(attention) && !isMistral && architecture !== 'phi3' ? attention : []),
    ...(has(forward) && ['llama', 'smollm3', 'granite'].includes(architecture) ? forward : []),
  ];
  const unsaid = [...found].find((name) => !said.includes(name));
  if (unsaid !== undefined) throw unsupported(config, `biases of ${unsaid} without others`, 'write GGUF');
  return { attention_bias: has(attention), mlp_bias: has(forward) };
}

function layers(config: ModelConfig): Json {
  const { slidingWindow: window, slidingLayers, rotaryLayers, layerCount } = config;
  const all = Array.from({ length: layerCount }, () => true);
  const sliding = (slidingLayers ?? all).map((slides) => slides && window !== undefined);
  const isUniform = config.architecture === 'llama' || config.architecture === 'phi3';
  return {
    sliding_window: window ?? null,
    ...(/qwen|smollm/.test(config.architecture) ? { use_sliding_window: window !== undefined } : {}),
    ...(isUniform
      ? {}
      : { layer_types: sliding.map((slides) => (slides ? 'sliding_attention' : 'full_attention')) }),
    ...(config.architecture === 'smollm3' ? { no_rope_layers: (rotaryLayers ?? all).map(Number) } : {}),
  };
}

function gemma(config: ModelConfig): Json {
  const scalar = (config.attentionScale ?? config.headSize ** -0.5) ** -2;
  const whole = Math.round(scalar);
  return {
    query_pre_attn_scalar: Math.abs(scalar - whole) < 1e-4 * whole ? whole : scalar,
    attn_logit_softcapping: config.attentionSoftcap ?? null,
    final_logit_softcapping: config.logitSoftcap ?? null,
    ...(config.architecture === 'gemma3' ? { rope_local_base_freq: slidingTheta(config) } : {}),
  };
}

function granite(config: ModelConfig): Json {
  return {
    attention_multiplier: config.attentionScale ?? config.headSize ** -0.5,
    embedding_multiplier: config.embeddingScale ?? 1,
    residual_multiplier: config.residualScale ?? 1,
    logits_scaling: 1 / (config.logitScale ?? 1),
  };
}
