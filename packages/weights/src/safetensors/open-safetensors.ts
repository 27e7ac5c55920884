import { type ByteSource, type Checkpoint, LlamellaError } from '@llamella/spec';
import { type QuantizedLayout, quantizedLayout } from '../quantized/quantized-layout.ts';
import { type CanonicalTensor, canonicalTensors, plainTensor } from './canonical-tensors.ts';
import { isObject } from './parse-json.ts';
import { readConfig } from './read-config.ts';
import { type Interpretation, SafetensorsModel } from './safetensors-model.ts';
import { openStoredFiles, type StoredFiles } from './stored-files.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { settleTiedEmbeddings } from './tied-embeddings.ts';

/** The files of a model in the form of transformers. */
export interface SafetensorsSources {
  /**
   * Files by name, as in their folder: one `.safetensors`, or all files of a model and, where there is one, its
   * `.safetensors.index.json`, which then says which of them count.
   */
  readonly files: ReadonlyMap<string, ByteSource>;
  /** The parsed `model.safetensors.index.json`, where it is not among `files`. */
  readonly index?: unknown;
  /** The parsed config.json. */
  readonly config: unknown;
  /**
   * The parsed `hf_quant_config.json`, `quantize_config.json` or `quant_config.json`, where there is one. Default: what
   * config.json says under `quantization_config`.
   */
  readonly quantization?: unknown;
  /** What errors call the file that `quantization` is from. Default `quantization`. */
  readonly quantizationName?: string;
}

/** Options of `openSafetensors`. */
export interface OpenSafetensorsOptions {
  /** Stops the reading; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** What errors call the model. Default: the name of the first source. */
  readonly name?: string;
}

/** A model in safetensors files, opened but not loaded. */
export interface SafetensorsCheckpoint extends Checkpoint {
  readonly format: 'safetensors';
  /** The tensors as they lie in the files, by their own names. */
  readonly storedTensors: ReadonlyMap<string, StoredTensor>;
  /** The strings under `__metadata__` in the files. */
  readonly metadata: ReadonlyMap<string, string>;
  /** How its linear layers are quantized; absent where they are not. */
  readonly quantization?: {
    /** Name of the method, for people. */
    readonly method: string;
    /** What the method does beside storing weights and this package does not: sentences for people, often none. */
    readonly notes: readonly string[];
  };
}

/**
 * Opens a model in safetensors files and checks their headers. Of the data only what the layout of quantized layers
 * needs is read, and the output matrix where it may be the embedding again.
 *
 * A model whose configuration is not supported opens too, with its tensors under their own names, so that it can be
 * listed; then reading `config` throws.
 *
 * @param sources its files; the checkpoint closes them when it is disposed; when opening fails, they stay open
 * @throws {InvalidFileError} with file and offset, when a file is not safetensors, damaged or truncated, when tensors
 *   overlap or leave gaps, or when the files do not belong together
 * @throws {UnsupportedError} for types of elements that this package does not know
 * @throws {InvalidArgumentError} when there is no file to open
 */
export async function openSafetensors(
  sources: SafetensorsSources,
  options: OpenSafetensorsOptions = {},
): Promise<SafetensorsCheckpoint> {
  const stored = await openStoredFiles(sources.files, sources.index, options.signal);
  const name = options.name ?? stored.name;
  const opened = await interpret(stored, sources, name, options.signal);
  return new SafetensorsModel(name, stored, [...sources.files.values()], opened);
}

async function interpret(
  stored: StoredFiles,
  sources: SafetensorsSources,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Interpretation> {
  let quantization: Interpretation['quantization'];
  try {
    const { config, isPartOfLarger } = readConfig(sources.config, `${name}: config.json`);
    const layout = findLayout(sources, name);
    quantization = layout && { method: layout.method, notes: layout.notes };
    const { architecture } = config;
    const naming = { architecture, layout, isPartOfLarger, signal };
    const tensors = await canonicalTensors(name, stored, naming);
    return { config: await settleTiedEmbeddings(config, tensors, stored, signal), quantization, tensors };
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    const tensors = new Map<string, CanonicalTensor>();
    for (const tensor of stored.tensors.values()) {
      const plain = plainTensor(stored, tensor, tensor.name);
      if (plain !== undefined) tensors.set(tensor.name, plain);
    }
    return { config: error, quantization, tensors };
  }
}

function findLayout(sources: SafetensorsSources, name: string): QuantizedLayout | undefined {
  const { config, quantization, quantizationName = 'quantization' } = sources;
  if (quantization !== undefined) return quantizedLayout(quantization, `${name}: ${quantizationName}`, name);
  const outer = isObject(config) ? config : {};
  const inner = isObject(outer.text_config) ? outer.text_config : {};
  for (const place of [outer, inner]) {
    const found = place.quantization_config ?? place.compression_config;
    if (found !== undefined) return quantizedLayout(found, `${name}: config.json: quantization_config`, name);
  }
  return undefined;
}
