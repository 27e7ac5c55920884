import type { Engine } from '@llamella/engine';
import { createGrammarCompiler, type GrammarCompiler } from '@llamella/grammar';
import {
  asyncDispose,
  type Backend,
  type ChatMessage,
  type ChatTemplate,
  type GenerateOptions,
  type GenerationPart,
  type ModelConfig,
  type SamplingOptions,
  type TensorFidelity,
  type Tokenizer,
} from '@llamella/spec';
import { type ChatRenderOptions, encodeChat } from './encode-chat.ts';
import { withSystemPrompt } from './with-system-prompt.ts';

/** Options of `LoadedModel.chat`. */
export interface ChatOptions extends GenerateOptions, ChatRenderOptions {}

/** A model in memory. Dispose it (`await using`) to give its memory back. */
export interface LoadedModel extends AsyncDisposable {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** Execution provider that it runs on. */
  readonly device: string;
  /** Shape of the model. */
  readonly config: ModelConfig;
  /** Longest conversation in tokens: what `loadModel` was asked for, or the model's own. */
  readonly contextLength: number;
  /** The model's own. */
  readonly tokenizer: Tokenizer;
  /** How closely each tensor of the file survives into the graph. */
  readonly fidelity: readonly TensorFidelity[];
  /** What of the checkpoint is not computed, as `ModelReport.notes`. */
  readonly notes: readonly string[];
  /** Milliseconds from the call of `loadModel` until the model could run. */
  readonly loadMs: number;
  /**
   * System prompt that the model is known to answer best with, which `chat` and `encodeChat` put before conversations
   * without a system message; absent where none is known, and the template decides.
   */
  readonly recommendedSystemPrompt?: string;
  /**
   * How the model's own files want it to be sampled (`generation_config.json`, `genai_config.json`), to be spread into the
   * options of `chat` and `generate`, which do not use it by themselves; absent where they do not say.
   */
  readonly recommendedSampling?: SamplingOptions;
  /** Turns prompts into streams, and gives raw logits: see `@llamella/engine`. */
  readonly engine: Engine;
  /**
   * Compiles JSON schemas, regular expressions and grammars for this model, for the option `grammar` of `generate` and
   * `chat`. It is made when first asked for, which takes some tenths of a second for a large vocabulary.
   */
  readonly grammars: GrammarCompiler;

  /**
   * Continues a text, or a list of token ids, as it is.
   *
   * @throws {LlamellaError} `context-full` when the prompt leaves no room for a token
   * @throws `signal.reason` when aborted
   */
  generate(prompt: string | Uint32Array, options?: GenerateOptions): AsyncGenerator<GenerationPart>;

  /**
   * Answers a conversation, written with the model's own template, after `recommendedSystemPrompt` if it begins without
   * a system message. The next turn of the same conversation only runs what is new.
   *
   * @throws {LlamellaError} `template` when the model has none or it refuses the conversation
   */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): AsyncGenerator<GenerationPart>;

  /**
   * The token ids that `chat` runs for a conversation: how much of the context it takes.
   *
   * @throws {LlamellaError} `template` when the model has none or it refuses the conversation
   */
  encodeChat(messages: readonly ChatMessage[], options?: ChatRenderOptions): Uint32Array;
}

export interface LoadedModelParts {
  readonly name: string;
  readonly config: ModelConfig;
  readonly contextLength: number;
  readonly tokenizer: Tokenizer;
  readonly fidelity: readonly TensorFidelity[];
  readonly notes: readonly string[];
  readonly loadMs: number;
  readonly engine: Engine;
  readonly backend: Backend;
  readonly recommendedSystemPrompt: string | undefined;
  readonly recommendedSampling: SamplingOptions | undefined;
  /** Made when first needed: a model without a template can still `generate`. */
  readonly chatTemplate: () => ChatTemplate;
}

export function createLoadedModel(parts: LoadedModelParts): LoadedModel {
  const { name, config, contextLength, tokenizer, fidelity, notes, loadMs, engine, backend } = parts;
  const { recommendedSystemPrompt, recommendedSampling } = parts;
  let grammars: GrammarCompiler | undefined;
  const encode: LoadedModel['encodeChat'] = (messages, options) =>
    encodeChat(tokenizer, parts.chatTemplate(), withSystemPrompt(messages, recommendedSystemPrompt), options);
  return {
    name,
    device: backend.info.device,
    config,
    contextLength,
    tokenizer,
    fidelity,
    notes,
    loadMs,
    ...(recommendedSystemPrompt !== undefined && { recommendedSystemPrompt }),
    ...(recommendedSampling !== undefined && { recommendedSampling }),
    engine,
    get grammars() {
      grammars ??= createGrammarCompiler(tokenizer);
      return grammars;
    },
    generate: (prompt, options = {}) => engine.generate(prompt, options),
    async *chat(messages, options = {}) {
      const { tools, documents, continueFinalMessage, templateVariables, ...generation } = options;
      const rendering = { tools, documents, continueFinalMessage, templateVariables };
      yield* engine.generate(encode(messages, rendering), generation);
    },
    encodeChat: encode,
    [asyncDispose]: () => backend[asyncDispose](),
  };
}
