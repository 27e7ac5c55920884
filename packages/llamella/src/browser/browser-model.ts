import type {
  ChatMessage,
  GenerateOptions,
  GenerationPart,
  LlamellaError,
  ModelConfig,
  OnProgress,
  SamplingOptions,
  TensorFidelity,
} from '@llamella/spec';
import type { ChatRenderOptions } from '../encode-chat.ts';

/**
 * What names a model in a browser: nothing or `smollm2` for the embedded one, `hf:owner/repo[@revision][:file-or-quantization]`,
 * a URL (also one relative to the page), the reference of an import in the model store, or files that the user chose or
 * dropped: one GGUF file, all files of a split one, or those of a folder with safetensors or an ONNX Runtime GenAI model.
 */
export type BrowserModelReference = string | readonly File[] | undefined;

/** Where a model runs in a browser: `auto` takes WebGPU where there is a real GPU that the model fits, else WASM. */
export type BrowserDevice = 'auto' | 'webgpu' | 'wasm';

/** What the text of an answer has to look like; it is compiled in the worker. */
export type AnswerGrammar =
  | {
      /** JSON that a schema describes. */
      readonly kind: 'json-schema';
      /** JSON Schema; see `@llamella/grammar` for what is understood. */
      readonly schema: object;
    }
  | {
      /** Text that a regular expression matches as a whole. */
      readonly kind: 'regex';
      /** In the syntax of JavaScript, without slashes. */
      readonly pattern: string;
    }
  | {
      /** Text of a grammar. */
      readonly kind: 'ebnf';
      /** Its rules, as GBNF writes them. */
      readonly grammar: string;
    };

/** Options of `BrowserModel.chat` and `.generate`: those of `LoadedModel`, with a grammar that can be sent to a worker. */
export interface BrowserGenerateOptions extends Omit<GenerateOptions, 'grammar'> {
  /** See {@link AnswerGrammar}. */
  readonly grammar?: AnswerGrammar;
}

/** Options of `BrowserModel.chat`. */
export interface BrowserChatOptions extends BrowserGenerateOptions, ChatRenderOptions {}

/** How a model is loaded into a worker; every field is optional. */
export interface BrowserLoadOptions {
  /** Default `auto`. */
  readonly device?: BrowserDevice;
  /** As for `loadModel`. */
  readonly exact?: boolean;
  /** Threads that one operator may use. Default: those of the page's machine that it is isolated for, at most 4. */
  readonly threads?: number;
  /** Longest conversation in tokens. Default: the model's context. */
  readonly contextLength?: number;
  /** Conversations whose keys and values are kept at once. Default 1. */
  readonly slots?: number;
  /** Whether packed weights are kept in OPFS for the next load. Default `true`. */
  readonly cache?: boolean;
  /** Address of the folder that onnxruntime-web's files are served from. Default: as a bundler put them. */
  readonly wasmPaths?: string | URL;
  /** Makes the worker that runs everything but the graph. Default: the file beside this module. */
  readonly createWorker?: () => Worker;
  /**
   * Address of the program of the worker that the graph runs in, `@llamella/runtime-web/worker`. Default: as a bundler
   * put it.
   */
  readonly runtimeWorker?: string | URL;
  /** Phases `download`, `verify`, `read`, `pack`, `compile`; see `LoadOptions.onProgress`. */
  readonly onProgress?: OnProgress;
  /** Stops the loading; what was downloaded stays. */
  readonly signal?: AbortSignal;
}

/** A text as the tokens of a model. */
export interface TokenizedText {
  /** Token ids. */
  readonly ids: readonly number[];
  /** What each token is on its own; bytes that are no text are U+FFFD. */
  readonly pieces: readonly string[];
}

/** A model in a worker. Dispose it (`await using`) to end the worker and give its memory back. */
export interface BrowserModel extends AsyncDisposable {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** `webgpu` or `wasm`. */
  readonly device: Exclude<BrowserDevice, 'auto'>;
  /** Threads that one operator uses. */
  readonly threads: number;
  /** Shape of the model. */
  readonly config: ModelConfig;
  /** Longest conversation in tokens. */
  readonly contextLength: number;
  /** How closely each tensor of the file survives into the graph. */
  readonly fidelity: readonly TensorFidelity[];
  /** Sentences for people: what is not computed, what this browser lacks, such as threads or float16. An answer may add one. */
  readonly notes: readonly string[];
  /** Why `chat` and `countTokens` will fail, such as a model without a chat template. `generate` works nevertheless. */
  readonly chatProblem?: string;
  /** Milliseconds from the call until the model could run. */
  readonly loadMs: number;
  /** As `LoadedModel.recommendedSystemPrompt`. */
  readonly recommendedSystemPrompt?: string;
  /** As `LoadedModel.recommendedSampling`. */
  readonly recommendedSampling?: SamplingOptions;
  /**
   * Resolves when the model can no longer answer and could not be brought back, such as when the GPU is lost twice. A GPU
   * lost once is answered by loading again from the cache; `onRecovery` tells.
   */
  readonly lost: Promise<LlamellaError>;
  /** As `LoadedModel.chat`. */
  chat(messages: readonly ChatMessage[], options?: BrowserChatOptions): AsyncGenerator<GenerationPart>;
  /** As `LoadedModel.generate`. */
  generate(prompt: string | Uint32Array, options?: BrowserGenerateOptions): AsyncGenerator<GenerationPart>;
  /** Tokens that the conversation takes, its template's included. */
  countTokens(messages: readonly ChatMessage[]): Promise<number>;
  /** Text to tokens, without special tokens. */
  tokenize(text: string): Promise<TokenizedText>;
  /** Tokens to what each of them is on its own. */
  pieces(ids: readonly number[]): Promise<readonly string[]>;
  /**
   * Called when the GPU was lost, or numbers were too large for float16, and the model is loaded again, and when it is
   * there again.
   */
  onRecovery?: ((event: { readonly done: boolean; readonly reason: string }) => void) | undefined;
}

/** Loads a model in a worker of its own: download, reading, packing, tokenizer, sampler and the graph are off the page's thread. */
export type LoadBrowserModel = (
  reference?: BrowserModelReference,
  options?: BrowserLoadOptions,
) => Promise<BrowserModel>;
