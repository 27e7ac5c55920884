import type {
  ChatMessage,
  GenerateOptions,
  GenerationPart,
  ModelConfig,
  OnProgress,
  TensorFidelity,
  TensorInfo,
  Tokenizer,
} from '@llamella/spec';
import { LlamellaError } from '@llamella/spec';

export type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface LoadOptions {
  device?: Device;
  exact?: boolean;
  threads?: number;
  contextLength?: number;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export interface LoadedModel extends AsyncDisposable {
  readonly name: string;
  readonly device: string;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly fidelity: readonly TensorFidelity[];
  readonly loadMs: number;
  generate(prompt: string | Uint32Array, options?: GenerateOptions): AsyncIterable<GenerationPart>;
  chat(messages: readonly ChatMessage[], options?: GenerateOptions): AsyncIterable<GenerationPart>;
}

export interface InspectOptions {
  device?: Device;
  exact?: boolean;
  signal?: AbortSignal;
}

export interface ModelReport {
  readonly name: string;
  readonly files: readonly string[];
  readonly format: string;
  readonly device: string;
  readonly config: ModelConfig;
  readonly tensors: readonly TensorInfo[];
  readonly fidelity: readonly TensorFidelity[];
  readonly weightBytes: number;
  readonly parameters: number;
}

/** What the commands use of the package `llamella`; tests pass their own. */
export interface Llamella {
  loadModel(reference?: string, options?: LoadOptions): Promise<LoadedModel>;
  inspectModel(reference?: string, options?: InspectOptions): Promise<ModelReport>;
  loadTokenizer(reference?: string, options?: { signal?: AbortSignal }): Promise<Tokenizer>;
}

/** Imports the package `llamella`, on first use, so that `--help` does not wait for it. */
export async function importLlamella(): Promise<Llamella> {
  const library: Partial<Llamella> = await import('llamella');
  const { loadModel, inspectModel, loadTokenizer } = library;
  if (!loadModel || !inspectModel || !loadTokenizer)
    throw new LlamellaError(
      'unsupported',
      'the installed package "llamella" does not match this program; install both in the same version',
    );
  return { loadModel, inspectModel, loadTokenizer };
}
