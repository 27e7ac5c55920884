import {
  asyncDispose,
  type ByteSource,
  type Checkpoint,
  LlamellaError,
  type ModelConfig,
  type TensorInfo,
} from '@llamella/spec';
import { elementType } from './element-types.ts';
import { type QuantizedWeight, readQuantizedWeight } from './quantized-weight.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** What a folder's weights are read from. */
export interface GenaiTensors {
  /** Constants by their names in the graph. */
  readonly stored: ReadonlyMap<string, StoredTensor>;
  /** Quantized weights by their names as tensors. */
  readonly quantized: ReadonlyMap<string, QuantizedWeight>;
  /** Constants that are only parts of quantized weights. */
  readonly parts: ReadonlySet<string>;
  readonly sources: readonly ByteSource[];
}

/** The weights of a folder as a checkpoint. Names are those of the graph; quantized weights are one tensor each. */
export class GenaiCheckpoint implements Checkpoint {
  readonly name: string;
  readonly format = 'genai';
  readonly config: ModelConfig;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly #from: GenaiTensors;

  constructor(name: string, config: ModelConfig, from: GenaiTensors) {
    this.name = name;
    this.config = config;
    this.#from = from;
    const tensors = new Map<string, TensorInfo>();
    for (const [name, tensor] of from.stored) {
      if (!from.parts.has(name) && tensor.byteLength > 0) tensors.set(name, describe(tensor));
    }
    for (const [name, { info }] of from.quantized) tensors.set(name, info);
    this.tensors = tensors;
  }

  async readTensor(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const quantized = this.#from.quantized.get(name);
    if (quantized !== undefined) return readQuantizedWeight(quantized, signal);
    const stored = this.tensors.has(name) ? this.#from.stored.get(name) : undefined;
    if (stored === undefined) throw new LlamellaError('not-found', `${this.name}: no tensor ${name}`);
    const bytes = await stored.read(signal);
    // Constants inside the graph share its memory, which the caller must not own.
    return bytes.byteLength === bytes.buffer.byteLength && stored.bytes === undefined
      ? bytes
      : new Uint8Array(bytes);
  }

  /** Closes the files of external data. */
  async [asyncDispose](): Promise<void> {
    await Promise.all(this.#from.sources.map((source) => source.close?.()));
  }
}

/** Types without a name of their own are listed as bytes. */
function describe({ name, dataType, shape, byteLength }: StoredTensor): TensorInfo {
  const type = elementType(dataType)?.stored;
  if (type === undefined) return { name, type: 'U8', shape: [byteLength], byteLength };
  return { name, type, shape: shape.length === 0 ? [1] : shape, byteLength };
}
