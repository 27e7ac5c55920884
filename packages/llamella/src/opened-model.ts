import type { BuildGraphOptions } from '@llamella/graph';
import type { ChatTemplate, Checkpoint, GraphPlan, SamplingOptions, Tokenizer } from '@llamella/spec';
import type { ModelFiles } from './model-files.ts';

/** A model of any container, opened but not loaded. Disposing it closes its files. */
export interface OpenedModel<Opened extends Checkpoint = Checkpoint> extends AsyncDisposable {
  readonly checkpoint: Opened;
  /** Its file or folder, by which a model without a name of its own is called. */
  readonly location: string;
  /** The folder, where the model is one. */
  readonly folder?: ModelFiles;
  /** Paths of the files with weights, in order. */
  readonly files: readonly string[];
  /** What of the checkpoint is not computed, such as the quantization of activations: sentences for people, often none. */
  readonly notes: readonly string[];
  /** How the model's own files ask for it to be run. */
  readonly backendOptions?: {
    /** Threads that one operator may use. */
    readonly threads?: number;
    /** Configuration entries of ONNX Runtime's sessions. */
    readonly configEntries?: Readonly<Record<string, string>>;
  };
  /** How the model's own files want it to be sampled. */
  readonly recommendedSampling?: SamplingOptions | undefined;
  /** Checks that there is a graph for its architecture, before its configuration is read. @throws {UnsupportedError} when there is none */
  checkArchitecture(): void;
  /** The graph for a backend. @throws what `buildGraph` throws */
  plan(options: BuildGraphOptions): GraphPlan;
  /** The model's own tokenizer. @throws {LlamellaError} `not-found`, `invalid-file` or `unsupported` */
  loadTokenizer(signal?: AbortSignal): Promise<Tokenizer>;
  /** Reads what the chat template needs; it is parsed when first asked for, since a model without one can still continue text. */
  chatTemplate(tokenizer: Tokenizer, signal?: AbortSignal): Promise<() => ChatTemplate>;
}
