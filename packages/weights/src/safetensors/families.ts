/** What a `model_type` means: the architecture, and the values of keys that a config.json leaves out. */
export interface Family {
  /** As in GGUF's `general.architecture`. */
  readonly architecture: string;
  /** Defaults of the configuration class in transformers 5.23. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const shared = {
  rms_norm_eps: 1e-6,
  hidden_act: 'silu',
  tie_word_embeddings: false,
  rope_theta: 10_000,
};

const llama = {
  ...shared,
  vocab_size: 32_000,
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
};

const qwen = {
  ...llama,
  vocab_size: 151_936,
  intermediate_size: 22_016,
  num_key_value_heads: 32,
  max_position_embeddings: 32_768,
  sliding_window: 4096,
  max_window_layers: 28,
};

const gemma = {
  ...shared,
  vocab_size: 262_208,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  hidden_activation: 'gelu_pytorch_tanh',
  max_position_embeddings: 131_072,
  tie_word_embeddings: true,
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
};

/** By `model_type`. */
export const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['llama', { architecture: 'llama', defaults: llama }],
  [
    'mistral',
    {
      architecture: 'llama',
      defaults: {
        ...llama,
        intermediate_size: 14_336,
        num_key_value_heads: 8,
        max_position_embeddings: 131_072,
        sliding_window: 4096,
      },
    },
  ],
  ['qwen2', { architecture: 'qwen2', defaults: qwen }],
  ['qwen3', { architecture: 'qwen3', defaults: { ...qwen, head_dim: 128 } }],
  [
    'smollm3',
    {
      architecture: 'smollm3',
      defaults: {
        ...llama,
        vocab_size: 128_256,
        hidden_size: 2048,
        num_hidden_layers: 36,
        num_attention_heads: 16,
        num_key_value_heads: 4,
        max_position_embeddings: 32_768,
        tie_word_embeddings: true,
        rope_theta: 2_000_000,
        no_rope_layer_interval: 4,
      },
    },
  ],
  [
    'gemma2',
    {
      architecture: 'gemma2',
      defaults: {
        ...gemma,
        vocab_size: 256_000,
        max_position_embeddings: 8192,
        sliding_window_pattern: 2,
        final_logit_softcapping: 30,
        attn_logit_softcapping: 50,
      },
    },
  ],
  [
    'gemma3_text',
    {
      architecture: 'gemma3',
      defaults: {
        ...gemma,
        rope_theta: 1_000_000,
        rope_local_base_freq: 10_000,
        sliding_window_pattern: 6,
      },
    },
  ],
  [
    'phi3',
    {
      architecture: 'phi3',
      defaults: {
        ...llama,
        vocab_size: 32_064,
        hidden_size: 3072,
        intermediate_size: 8192,
        max_position_embeddings: 4096,
        original_max_position_embeddings: 4096,
        rms_norm_eps: 1e-5,
      },
    },
  ],
  [
    'granite',
    {
      architecture: 'granite',
      defaults: {
        ...llama,
        embedding_multiplier: 1,
        residual_multiplier: 1,
        attention_multiplier: 1,
        logits_scaling: 1,
      },
    },
  ],
]);

/** Models of text and images whose language model is one of `families`, by `model_type`: defaults of `text_config`. */
export const wrappers: ReadonlyMap<string, string> = new Map([
  ['gemma3', 'gemma3_text'],
  ['mistral3', 'mistral'],
]);
