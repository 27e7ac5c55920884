import {
  asyncDispose,
  type ByteSource,
  LlamellaError,
  type ModelConfig,
  type TensorInfo,
} from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import type { CanonicalTensor } from './canonical-tensors.ts';
import type { SafetensorsCheckpoint } from './open-safetensors.ts';
import type { StoredFiles } from './stored-files.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** What the configuration makes of the stored tensors. */
export interface Interpretation {
  readonly config: ModelConfig | LlamellaError;
  readonly quantization: SafetensorsCheckpoint['quantization'];
  readonly tensors: ReadonlyMap<string, CanonicalTensor>;
}

/** The files of one model as a checkpoint. */
export class SafetensorsModel implements SafetensorsCheckpoint {
  readonly format = 'safetensors';
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly storedTensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly quantization?: NonNullable<SafetensorsCheckpoint['quantization']>;
  readonly #opened: Interpretation;
  readonly #sources: readonly ByteSource[];
  #disposed = false;

  constructor(name: string, stored: StoredFiles, sources: readonly ByteSource[], opened: Interpretation) {
    this.name = name;
    this.storedTensors = stored.tensors;
    this.metadata = stored.metadata;
    this.tensors = new Map([...opened.tensors].map(([key, { info }]) => [key, info]));
    if (opened.quantization !== undefined) this.quantization = opened.quantization;
    this.#opened = opened;
    this.#sources = sources;
  }

  get config(): ModelConfig {
    if (this.#opened.config instanceof Error) throw this.#opened.config;
    return this.#opened.config;
  }

  async readTensor(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#disposed) throw new LlamellaError('disposed', `${this.name}: used after it was disposed`);
    const tensor = this.#opened.tensors.get(name);
    if (tensor === undefined) throw new LlamellaError('not-found', `${this.name}: no tensor ${clip(name)}`);
    return tensor.read(signal);
  }

  async [asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.all(this.#sources.map((source) => source.close?.()));
  }
}
