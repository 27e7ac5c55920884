import { type ByteSource, type Checkpoint, InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import { type GgufFile, GgufModel } from './gguf-model.ts';
import type { GgufValue } from './gguf-value.ts';
import { readHeader } from './read-header.ts';
import { splitPlace } from './splits.ts';

/** A GGUF model, opened but not loaded. */
export interface GgufCheckpoint extends Checkpoint {
  readonly format: 'gguf';
  /** Version of the container format, 2 or 3. */
  readonly version: number;
  /** Alignment of tensor data in bytes. */
  readonly alignment: number;
  /** `general.architecture`, or an empty string where the file does not say. */
  readonly architecture: string;
  /** Every key of the file, or of the first file of a split model, in file order. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
}

/** Options of `openGguf`. */
export interface OpenGgufOptions {
  /** Stops the reading; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** What errors call the model. Default: the name of the first source. */
  readonly name?: string;
}

/**
 * Opens a GGUF model (versions 2 and 3, little-endian) and checks its header; tensor data is not read.
 *
 * A file without a usable model configuration, such as a vocabulary, opens too: then reading `config` throws.
 *
 * @param source the file, or all files of a split model in order (`splitFileNames` gives their names). The
 *   checkpoint closes them when it is disposed; when opening fails, they stay open.
 * @throws {InvalidFileError} with file and offset, when a file is not GGUF, damaged or truncated, or when the files
 *   do not belong together
 * @throws {UnsupportedError} for other versions, big-endian files, and tensor types that this package does not know
 * @throws {InvalidArgumentError} when files of a split model are missing
 */
export async function openGguf(
  source: ByteSource | readonly ByteSource[],
  options: OpenGgufOptions = {},
): Promise<GgufCheckpoint> {
  const sources = 'read' in source ? [source] : source;
  const first = sources[0];
  if (first === undefined)
    throw new InvalidArgumentError('source', 'is an empty list; pass at least one file');
  const files: GgufFile[] = [];
  for (const [index, each] of sources.entries()) {
    const header = await readHeader(each, options.signal);
    checkSplit(each.name, header.metadata, index, sources.length);
    files.push({ source: each, header });
  }
  const model = new GgufModel(options.name ?? first.name, files);
  const expected = splitPlace(first.name, model.metadata).tensorCount;
  if (sources.length > 1 && expected !== undefined && expected !== model.tensors.size) {
    throw new InvalidFileError(
      { file: first.name },
      `split.tensors.count is ${expected}, but the ${sources.length} files have ${model.tensors.size} tensors`,
    );
  }
  await model.loadConfig(options.signal);
  return model;
}

function checkSplit(
  file: string,
  metadata: ReadonlyMap<string, GgufValue>,
  index: number,
  count: number,
): void {
  const place = splitPlace(file, metadata);
  if (place.count !== count) {
    throw new InvalidArgumentError(
      'source',
      `${file} is one of ${place.count} files, but ${count} were given; pass all files of the model in order`,
    );
  }
  if (place.number !== index) {
    throw new InvalidArgumentError(
      'source',
      `${file} is file ${place.number + 1} of ${count}, but was given as file ${index + 1}; pass the files in order`,
    );
  }
}
