import {
  asyncDispose,
  type ByteSource,
  InvalidFileError,
  LlamellaError,
  type ModelConfig,
  type TensorInfo,
} from '@llamella/spec';
import { decodeTensor } from '../formats/decode-tensor.ts';
import type { GgufValue } from './gguf-value.ts';
import type { GgufCheckpoint } from './open-gguf.ts';
import { readConfig } from './read-config.ts';
import { clip, type GgufHeader } from './read-header.ts';
import { ropeTensors } from './read-rope.ts';

export interface GgufFile {
  readonly source: ByteSource;
  readonly header: GgufHeader;
}

/** The files of one model as a checkpoint. */
export class GgufModel implements GgufCheckpoint {
  readonly format = 'gguf';
  readonly name: string;
  readonly version: number;
  readonly alignment: number;
  readonly architecture: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly #sources: readonly ByteSource[];
  readonly #places = new Map<string, { readonly source: ByteSource; readonly offset: number }>();
  #config: ModelConfig | LlamellaError | undefined;
  #disposed = false;

  constructor(name: string, files: readonly GgufFile[]) {
    const { version, alignment, metadata } = files[0]!.header;
    const architecture = metadata.get('general.architecture');
    this.name = name;
    this.version = version;
    this.alignment = alignment;
    this.metadata = metadata;
    this.architecture = typeof architecture === 'string' ? architecture : '';
    this.#sources = files.map(({ source }) => source);
    const tensors = new Map<string, TensorInfo>();
    for (const { source, header } of files) {
      for (const { info, offset } of header.tensors) {
        if (tensors.has(info.name)) {
          throw new InvalidFileError(
            { file: source.name },
            `tensor ${clip(info.name)} is in an earlier file already`,
          );
        }
        tensors.set(info.name, info);
        this.#places.set(info.name, { source, offset });
      }
    }
    this.tensors = tensors;
  }

  get config(): ModelConfig {
    if (this.#config === undefined || this.#config instanceof Error) throw this.#config;
    return this.#config;
  }

  async loadConfig(signal?: AbortSignal): Promise<void> {
    try {
      const divisors = new Map<string, Float32Array>();
      for (const name of ropeTensors) {
        const info = this.tensors.get(name);
        if (info === undefined) continue;
        // One value per pair of a head's dimensions: anything longer is left unread.
        if (info.shape.length !== 1 || info.shape[0]! > 65_536) {
          throw new InvalidFileError({ file: this.name }, `tensor ${name} has the shape [${info.shape}]`);
        }
        divisors.set(name, decodeTensor(info.type, await this.readTensor(name, signal), info.shape));
      }
      this.#config = readConfig(this.name, this.metadata, this.tensors, divisors);
    } catch (error) {
      if (!LlamellaError.isInstance(error)) throw error;
      this.#config = error;
    }
  }

  async readTensor(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#disposed) throw new LlamellaError('disposed', `${this.name}: used after it was disposed`);
    const place = this.#places.get(name);
    const info = this.tensors.get(name);
    if (place === undefined || info === undefined) {
      throw new LlamellaError('not-found', `${this.name}: no tensor ${clip(name)}`);
    }
    return place.source.read(place.offset, info.byteLength, signal);
  }

  async [asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.all(this.#sources.map((source) => source.close?.()));
  }
}
