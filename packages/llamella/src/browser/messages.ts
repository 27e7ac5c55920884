import type {
  ChatMessage,
  GenerateOptions,
  GenerationPart,
  ModelConfig,
  Progress,
  SamplingOptions,
  TensorFidelity,
} from '@llamella/spec';
import type { ChatRenderOptions } from '../encode-chat.ts';
import type { PlainError } from '../worker-error.ts';
import type { AnswerGrammar, BrowserDevice, TokenizedText } from './browser-model.ts';
import type { StoreContents, StoredModel } from './model-store.ts';

/** A file that the user chose, by its name in the folder. */
export interface NamedFile {
  readonly name: string;
  readonly file: File;
}

/** Which model: the embedded one, files, or a reference whose addresses are whole. */
export type SentReference = { readonly files: readonly NamedFile[] } | { readonly text: string | undefined };

/** Options of a load that go to the worker. */
export interface LoadRequest {
  readonly reference: SentReference;
  readonly device: BrowserDevice;
  readonly exact: boolean;
  readonly threads: number | undefined;
  readonly contextLength: number | undefined;
  readonly slots: number | undefined;
  readonly cache: boolean;
  readonly wasmPaths: string | undefined;
  readonly runtimeWorker: string | undefined;
}

/** What the page knows of a model. */
export interface DescribedModel {
  readonly name: string;
  readonly device: 'webgpu' | 'wasm';
  readonly threads: number;
  readonly config: ModelConfig;
  readonly contextLength: number;
  readonly fidelity: readonly TensorFidelity[];
  readonly notes: readonly string[];
  readonly chatProblem?: string;
  readonly recommendedSystemPrompt?: string;
  readonly recommendedSampling?: SamplingOptions;
}

/** Options of a generation that go to the worker. */
export interface SentGenerateOptions extends Omit<GenerateOptions, 'grammar' | 'signal'> {
  readonly grammar?: AnswerGrammar;
}

/** What happens to a model while nobody asks. */
export type Notice =
  | { readonly kind: 'recovery'; readonly done: boolean; readonly reason: string }
  | { readonly kind: 'float32'; readonly note: string; readonly fidelity: readonly TensorFidelity[] }
  | { readonly kind: 'lost'; readonly error: PlainError };

interface Call<Argument, Event, Result> {
  readonly argument: Argument;
  readonly event: Event;
  readonly result: Result;
}

/** What a worker can be asked to do: what it takes, what it tells meanwhile, and what it answers in the end. */
export interface WorkerCalls {
  readonly load: Call<LoadRequest, Progress, DescribedModel>;
  readonly generate: Call<
    { readonly prompt: string | Uint32Array; readonly options: SentGenerateOptions },
    GenerationPart,
    undefined
  >;
  readonly chat: Call<
    { readonly messages: readonly ChatMessage[]; readonly options: SentGenerateOptions & ChatRenderOptions },
    GenerationPart,
    undefined
  >;
  readonly countTokens: Call<readonly ChatMessage[], never, number>;
  readonly tokenize: Call<string, never, TokenizedText>;
  readonly pieces: Call<readonly number[], never, readonly string[]>;
  readonly dispose: Call<undefined, never, undefined>;
  readonly list: Call<undefined, never, Omit<StoreContents, 'persisted' | 'usageBytes' | 'quotaBytes'>>;
  readonly pull: Call<string, Progress, StoredModel>;
  readonly import: Call<readonly NamedFile[], Progress, StoredModel>;
  readonly remove: Call<string, never, undefined>;
}

/** Name of a call. */
export type CallName = keyof WorkerCalls;

/** From the page: a call, its end before its time, or how many of its events were taken. */
export type ToWorker =
  | {
      readonly id: number;
      readonly call: CallName;
      readonly argument: WorkerCalls[CallName]['argument'];
    }
  | { readonly id: number; readonly abort: true }
  | { readonly id: number; readonly taken: number };

/** From the worker, about the call with this number; notices are about none. */
export type FromWorker =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PlainError }
  | { readonly notice: Notice };
