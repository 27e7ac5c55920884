import { type Checkpoint, type ModelConfig, type RopeScaling, UnsupportedError } from '@llamella/spec';

interface Family {
  readonly type: string;
  readonly className: string;
}

/** `model_type` and class in transformers, by architecture. */
const families: Readonly<Record<string, Family>> = {
  llama: { type: 'llama', className: 'LlamaForCausalLM' },
  qwen2: { type: 'qwen2', className: 'Qwen2ForCausalLM' },
  qwen3: { type: 'qwen3', className: 'Qwen3ForCausalLM' },
  smollm3: { type: 'smollm3', className: 'SmolLM3ForCausalLM' },
  gemma2: { type: 'gemma2', className: 'Gemma2ForCausalLM' },
  gemma3: { type: 'gemma3_text', className: 'Gemma3ForCausalLM' },
  phi3: { type: 'phi3', className: 'Phi3ForCausalLM' },
  granite: { type: 'granite', className: 'GraniteForCausalLM' },
};
/** A llama whose attention has a window is what transformers calls so. */
const mistral: Family = { type: 'mistral', className: 'MistralForCausalLM' };

/**
 * The config.json of a model, in the spelling that transformers 4 and 5 both read.
 *
 * @throws {UnsupportedError} for an architecture, or a scaling of the rotary frequencies, that transformers has no name for
 */
export function transformersConfig({
  name,
  config,
  tensors,
}: Pick<Checkpoint, 'name' | 'config' | 'tensors'>) {
  const { architecture, slidingWindow } = config;
  const family = architecture === 'llama' && slidingWindow !== undefined ? mistral : families[architecture];
  if (family === undefined) {
    throw new UnsupportedError(
      `${name}: architecture ${architecture} as safetensors`,
      `supported: ${Object.keys(families).join(', ')}`,
    );
  }
  const activation = config.activation === 'gelu-tanh' ? 'gelu_pytorch_tanh' : 'silu';
  const hasBias = tensors.has('blk.0.attn_q.bias');
  return {
    architectures: [family.className],
    model_type: family.type,
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.keyValueHeadCount,
    head_dim: config.headSize,
    max_position_embeddings: config.contextLength,
    rms_norm_eps: shortest(config.normEpsilon),
    hidden_act: activation,
    tie_word_embeddings: config.tiedEmbeddings,
    attention_bias: architecture === 'llama' ? hasBias : architecture === 'qwen2',
    ...(architecture === 'llama' && { mlp_bias: tensors.has('blk.0.ffn_gate.bias') }),
    attention_dropout: 0,
    rope_theta: shortest(config.ropeTheta),
    rope_scaling: ropeScaling(name, config),
    ...(config.rotarySize !== undefined && { partial_rotary_factor: config.rotarySize / config.headSize }),
    ...layerKeys(config),
    ...ownKeys(config, activation),
    use_cache: true,
  };
}

const floatKeys = [
  ...['rms_norm_eps', 'rope_theta', 'rope_local_base_freq', 'partial_rotary_factor', 'attention_dropout'],
  ...['factor', 'low_freq_factor', 'high_freq_factor', 'attention_factor', 'beta_fast', 'beta_slow'],
  ...['attn_logit_softcapping', 'final_logit_softcapping', 'logits_scaling'],
  ...['attention_multiplier', 'embedding_multiplier', 'residual_multiplier'],
].join('|');

/** Text of a config.json. transformers refuses integers where it expects floats, which JavaScript does not tell apart. */
export function configText(config: object): string {
  const text = JSON.stringify(config, undefined, 2);
  const integers = new RegExp(`^( *"(?:${floatKeys})": -?\\d+)(,?)$`, 'gm');
  return `${text.replace(integers, '$1.0$2')}\n`;
}

/** The shortest number that float32 rounds to the same value: GGUF's 9.999999747378752e-06 is 1e-5. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

function layerKeys(config: ModelConfig): object {
  const { architecture, layerCount, slidingWindow, slidingLayers, rotaryLayers } = config;
  const slides = (layer: number) => slidingWindow !== undefined && (slidingLayers?.[layer] ?? true);
  const layers = Array.from({ length: layerCount }, (_, layer) => layer);
  const types = layers.map((layer) => (slides(layer) ? 'sliding_attention' : 'full_attention'));
  switch (architecture) {
    case 'gemma2':
    case 'gemma3':
      return { layer_types: types, sliding_window: slidingWindow ?? config.contextLength };
    case 'qwen2':
    case 'qwen3':
      return {
        layer_types: types,
        sliding_window: slidingWindow ?? null,
        use_sliding_window: slidingWindow !== undefined,
        max_window_layers: layers.filter((layer) => !slides(layer)).length,
      };
    case 'smollm3':
      return {
        layer_types: types,
        sliding_window: slidingWindow ?? null,
        use_sliding_window: slidingWindow !== undefined,
        no_rope_layers: layers.map((layer) => (rotaryLayers?.[layer] === false ? 0 : 1)),
        no_rope_layer_interval: 4,
      };
    default:
      return { sliding_window: slidingWindow ?? null };
  }
}

function ownKeys(config: ModelConfig, activation: string): object {
  const { architecture, headSize, ropeScaling: scaling } = config;
  const scale = config.attentionScale ?? 1 / Math.sqrt(headSize);
  switch (architecture) {
    case 'gemma2':
    case 'gemma3':
      return {
        hidden_activation: activation,
        query_pre_attn_scalar: Math.round(scale ** -2),
        attn_logit_softcapping: config.attentionSoftcap ?? null,
        final_logit_softcapping: config.logitSoftcap ?? null,
        ...(architecture === 'gemma3' && {
          rope_local_base_freq: shortest(config.slidingRopeTheta ?? config.ropeTheta),
        }),
      };
    case 'granite':
      return {
        attention_multiplier: shortest(scale),
        embedding_multiplier: shortest(config.embeddingScale ?? 1),
        residual_multiplier: shortest(config.residualScale ?? 1),
        logits_scaling: shortest(1 / (config.logitScale ?? 1)),
      };
    case 'phi3':
      return {
        original_max_position_embeddings:
          'originalContextLength' in scaling ? scaling.originalContextLength : config.contextLength,
      };
    default:
      return {};
  }
}

function ropeScaling(file: string, config: ModelConfig): object | null {
  const scaling = config.ropeScaling.kind === 'divisors' ? llama3Scaling(file, config) : config.ropeScaling;
  switch (scaling.kind) {
    case 'none':
      return null;
    case 'linear':
      return { rope_type: 'linear', factor: scaling.factor };
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor: scaling.factor,
        low_freq_factor: scaling.lowFrequencyFactor,
        high_freq_factor: scaling.highFrequencyFactor,
        original_max_position_embeddings: scaling.originalContextLength,
      };
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor: scaling.factor,
        original_max_position_embeddings: scaling.originalContextLength,
        ...(scaling.attentionFactor !== undefined && { attention_factor: shortest(scaling.attentionFactor) }),
        ...(scaling.betaFast !== undefined && { beta_fast: scaling.betaFast }),
        ...(scaling.betaSlow !== undefined && { beta_slow: scaling.betaSlow }),
        ...(scaling.truncate !== undefined && { truncate: scaling.truncate }),
      };
    case 'longrope':
      return {
        rope_type: 'longrope',
        type: 'longrope',
        short_factor: [...scaling.shortDivisors].map(shortest),
        long_factor: [...scaling.longDivisors].map(shortest),
        ...(scaling.attentionFactor !== undefined && { attention_factor: shortest(scaling.attentionFactor) }),
      };
  }
}

/** What each frequency is divided by in Llama 3.1's scaling, float32 `[rotarySize / 2]`. */
export function llama3Divisors(
  scaling: Extract<RopeScaling, { kind: 'llama3' }>,
  { ropeTheta, rotarySize, headSize }: ModelConfig,
): Float32Array {
  const size = rotarySize ?? headSize;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength } = scaling;
  return Float32Array.from({ length: size / 2 }, (_, index) => {
    const turns = originalContextLength / (2 * Math.PI * ropeTheta ** ((2 * index) / size));
    const kept = Math.min(Math.max((turns - low) / (high - low), 0), 1);
    return 1 / ((1 - kept) / factor + kept);
  });
}

/** Finds the numbers that a table of divisors was made with: those of the models that have one. */
function llama3Scaling(file: string, config: ModelConfig): Exclude<RopeScaling, { kind: 'divisors' }> {
  const { divisors } = config.ropeScaling as Extract<RopeScaling, { kind: 'divisors' }>;
  if (divisors.every((divisor) => divisor === 1)) return { kind: 'none' };
  const scaling = {
    kind: 'llama3',
    factor: shortest(Math.max(...divisors)),
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContextLength: 8192,
  } as const;
  const found = llama3Divisors(scaling, config);
  if (found.every((divisor, index) => Math.abs(divisor / divisors[index]! - 1) < 1e-4)) return scaling;
  throw new UnsupportedError(
    `${file}: rope_freqs.weight with other numbers than those of Llama 3.1`,
    'transformers has no table of divisors; convert to GGUF or GenAI',
  );
}
