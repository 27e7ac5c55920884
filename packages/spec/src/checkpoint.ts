import type { ModelConfig } from './model-config.ts';
import type { TensorInfo } from './tensor.ts';

/** A model's weights and their description, opened but not loaded. */
export interface Checkpoint extends AsyncDisposable {
  /** What errors call it: the path or URL of its first file. */
  readonly name: string;
  /** Container that the weights lie in. */
  readonly format: 'gguf' | 'safetensors' | 'genai';
  /** What the graph is built from. */
  readonly config: ModelConfig;
  /** Tensors by canonical name (`blk.0.attn_q.weight`, `token_embd.weight`, … as in GGUF). */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Stored bytes of one tensor, unchanged and owned by the caller. @throws {LlamellaError} `not-found` when there is no such tensor */
  readTensor(name: string, signal?: AbortSignal): Promise<Uint8Array>;
}
