import { type ByteSource, InvalidArgumentError, InvalidFileError, LlamellaError } from '@llamella/spec';
import { checkRange } from '../bytes/check-range.ts';
import { clip } from '../gguf/read-header.ts';
import { type PlacedTensor, readHeader } from './read-header.ts';
import { checkIndex, readSafetensorsIndex, type SafetensorsIndex } from './read-index.ts';
import { maximumTensorCount } from './safetensors-limits.ts';
import type { StoredTensors } from './stored-tensor.ts';

interface FileTensor extends PlacedTensor {
  readonly source: ByteSource;
}

/** All tensors of a model in one or several files. */
export class StoredFiles implements StoredTensors {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** `__metadata__` of all files; of a key that several have, the value in the first. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What errors call the model: its first file. */
  readonly name: string;

  constructor(name: string, tensors: ReadonlyMap<string, FileTensor>, metadata: ReadonlyMap<string, string>) {
    this.name = name;
    this.tensors = tensors;
    this.metadata = metadata;
  }

  read(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.readPart(name, 0, this.#tensor(name).byteLength, signal);
  }

  /** `length` bytes of a tensor's data from `offset`. */
  async readPart(name: string, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const tensor = this.#tensor(name);
    checkRange({ name: `tensor ${clip(name)}`, size: tensor.byteLength }, offset, length);
    return tensor.source.read(tensor.offset + offset, length, signal);
  }

  #tensor(name: string): FileTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new LlamellaError('not-found', `${this.name}: no tensor ${clip(name)}`);
    return tensor;
  }
}

/** Reads the headers of all files and brings them together; with an index, of the files that it names. */
export async function openStoredFiles(
  files: ReadonlyMap<string, ByteSource>,
  statedIndex: unknown,
  signal?: AbortSignal,
): Promise<StoredFiles> {
  const { index, indexFile } = await findIndex(files, statedIndex, signal);
  const names = index?.files ?? [...files.keys()].filter((name) => name.endsWith('.safetensors')).sort();
  if (names.length === 0) throw new InvalidArgumentError('files', 'holds no file that ends in .safetensors');

  const tensors = new Map<string, FileTensor>();
  const metadata = new Map<string, string>();
  for (const name of names) {
    const source = files.get(name);
    if (source === undefined) {
      throw new InvalidFileError({ file: indexFile }, `${clip(name)} is named here, but is missing`);
    }
    const header = await readHeader(source, signal);
    for (const tensor of header.tensors) {
      const earlier = tensors.get(tensor.name);
      if (earlier !== undefined) {
        throw new InvalidFileError(
          { file: source.name },
          `tensor ${clip(tensor.name)} is in ${earlier.source.name} already`,
        );
      }
      tensors.set(tensor.name, { ...tensor, source });
    }
    if (tensors.size > maximumTensorCount) {
      throw new InvalidFileError({ file: source.name }, `there are more than ${maximumTensorCount} tensors`);
    }
    for (const [key, value] of header.metadata) if (!metadata.has(key)) metadata.set(key, value);
  }
  for (const [tensor, name] of index?.tensors ?? []) {
    if (tensors.get(tensor)?.source !== files.get(name)) {
      throw new InvalidFileError({ file: indexFile }, `tensor ${clip(tensor)} is not in ${clip(name)}`);
    }
  }
  return new StoredFiles(files.get(names[0]!)!.name, tensors, metadata);
}

async function findIndex(
  files: ReadonlyMap<string, ByteSource>,
  stated: unknown,
  signal: AbortSignal | undefined,
): Promise<{ index: SafetensorsIndex | undefined; indexFile: string }> {
  const indexFile = 'model.safetensors.index.json';
  if (stated !== undefined) return { index: checkIndex(stated, indexFile), indexFile };
  const found = [...files].filter(([name]) => name.endsWith('.safetensors.index.json'));
  if (found.length > 1) {
    throw new InvalidArgumentError('files', 'holds the indexes of two models; pass the files of one');
  }
  const source = found[0]?.[1];
  if (source === undefined) return { index: undefined, indexFile };
  return { index: await readSafetensorsIndex(source, { signal }), indexFile: source.name };
}
