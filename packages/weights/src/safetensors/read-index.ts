import { type ByteSource, InvalidFileError } from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import { isObject, parseJson } from './parse-json.ts';
import { maximumHeaderLength, maximumTensorCount } from './safetensors-limits.ts';

/** Which file of a model in several files holds which tensor. */
export interface SafetensorsIndex {
  /** Names of the files, as the folder of the index has them, sorted. */
  readonly files: readonly string[];
  /** File name by tensor name. */
  readonly tensors: ReadonlyMap<string, string>;
}

/** A name in the folder of the index: no path, no escape, no stream or drive. */
const fileName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+ -]*\.safetensors$/u;

/**
 * Reads `model.safetensors.index.json`, which says what files a model has. Its `total_size` is checked to be a size, not
 * compared: writers count tied tensors differently.
 *
 * @throws {InvalidFileError} when it is damaged, or names a file outside its own folder
 */
export async function readSafetensorsIndex(
  source: ByteSource,
  options: {
    /** Stops the reading; it then rejects with `signal.reason`. */
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<SafetensorsIndex> {
  const { name: file, size } = source;
  if (size > maximumHeaderLength) {
    throw new InvalidFileError(
      { file },
      `${size} bytes are more than the ${maximumHeaderLength} that an index may have`,
    );
  }
  return checkIndex(parseJson(await source.read(0, size, options.signal), file, 0), file);
}

/** The same of parsed JSON. */
export function checkIndex(json: unknown, file: string): SafetensorsIndex {
  const invalid = (problem: string) => new InvalidFileError({ file }, problem);
  const map = isObject(json) ? json.weight_map : undefined;
  if (!isObject(json) || !isObject(map)) throw invalid('there is no weight_map: this is no index');
  const total = isObject(json.metadata) ? json.metadata.total_size : undefined;
  if (total !== undefined && !(Number.isSafeInteger(total) && (total as number) >= 0)) {
    throw invalid(`total_size is ${clip(String(total))}, not a number of bytes`);
  }
  const entries = Object.entries(map);
  if (entries.length === 0) throw invalid('weight_map names no tensor');
  if (entries.length > maximumTensorCount) throw invalid(`there are ${entries.length} tensors`);
  for (const [tensor, name] of entries) {
    if (typeof name !== 'string' || !fileName.test(name)) {
      throw invalid(
        `tensor ${clip(tensor)} lies in ${clip(String(name))}, which is no file name of this folder`,
      );
    }
  }
  const tensors = new Map(entries as [string, string][]);
  return { files: [...new Set(tensors.values())].sort(), tensors };
}
