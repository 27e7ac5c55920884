import { type ModelConfig, UnsupportedError } from '@llamella/spec';

/** Ids that a generation begins, ends and is filled up with. */
export interface GenaiTokenIds {
  /** Begins a text; absent where the model has none. */
  readonly bos?: number | undefined;
  /** End a text; at least one. */
  readonly eos: readonly number[];
  /** Fills up the rows of a batch. Default: the first of `eos`. */
  readonly padding?: number | undefined;
}

/** What the runtime calls the architectures, in `model.type`. */
const types: ReadonlyMap<string, string> = new Map([
  ['llama', 'llama'],
  ['qwen2', 'qwen2'],
  ['qwen3', 'qwen3'],
  ['smollm3', 'smollm3'],
  ['gemma2', 'gemma2'],
  ['gemma3', 'gemma3_text'],
  ['phi3', 'phi3'],
  ['granite', 'granite'],
]);

/**
 * The `genai_config.json` of a folder with a graph of `genaiGraph`.
 *
 * Source: `make_genai_config` in microsoft/onnxruntime-genai `src/python/py/models/builders/base.py`.
 *
 * @param options.contextLength of the graph
 * @param options.filename of the graph
 * @param options.positionInput whether the graph has the input `position_ids`
 * @throws {UnsupportedError} for an architecture that the runtime has no name for
 */
export function genaiConfig(
  config: ModelConfig,
  options: {
    readonly contextLength: number;
    readonly filename: string;
    readonly tokens: GenaiTokenIds;
    readonly positionInput?: boolean;
  },
): Record<string, unknown> {
  const { contextLength, filename, tokens } = options;
  const type = types.get(config.architecture);
  if (type === undefined) {
    throw new UnsupportedError(
      `architecture ${config.architecture} in ONNX Runtime GenAI`,
      `supported: ${[...types.keys()].join(', ')}`,
    );
  }
  const [eos] = tokens.eos;
  return {
    model: {
      ...(tokens.bos !== undefined && { bos_token_id: tokens.bos }),
      context_length: contextLength,
      decoder: {
        session_options: { log_id: 'onnxruntime-genai', provider_options: [] },
        filename,
        head_size: config.headSize,
        hidden_size: config.hiddenSize,
        inputs: {
          input_ids: 'input_ids',
          attention_mask: 'attention_mask',
          ...(options.positionInput && { position_ids: 'position_ids' }),
          past_key_names: 'past_key_values.%d.key',
          past_value_names: 'past_key_values.%d.value',
        },
        outputs: {
          logits: 'logits',
          present_key_names: 'present.%d.key',
          present_value_names: 'present.%d.value',
        },
        num_attention_heads: config.headCount,
        num_hidden_layers: config.layerCount,
        num_key_value_heads: config.keyValueHeadCount,
      },
      eos_token_id: tokens.eos.length === 1 ? eos : [...tokens.eos],
      pad_token_id: tokens.padding ?? eos,
      type,
      vocab_size: config.vocabularySize,
    },
    search: {
      diversity_penalty: 0,
      do_sample: false,
      early_stopping: true,
      length_penalty: 1,
      max_length: contextLength,
      min_length: 0,
      no_repeat_ngram_size: 0,
      num_beams: 1,
      num_return_sequences: 1,
      past_present_share_buffer: true,
      repetition_penalty: 1,
      temperature: 1,
      top_k: 50,
      top_p: 1,
    },
  };
}
