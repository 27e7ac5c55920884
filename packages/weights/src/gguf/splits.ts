import { type ByteSource, InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import { maximumSplitCount } from './gguf-limits.ts';
import type { GgufValue } from './gguf-value.ts';
import { readKeys } from './read-header.ts';

const splitName = /-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * Names of all files of a split model, made from the name, path or URL of one of them:
 * `model-00001-of-00003.gguf`, `model-00002-of-00003.gguf`, … as llama.cpp's `llama-gguf-split` names them.
 *
 * @param count number of files, as {@link readSplitCount} gives it; `1` returns the name as it is
 * @throws {InvalidArgumentError} when the name does not follow the pattern or is not one of `count`
 */
export function splitFileNames(name: string, count: number): string[] {
  if (!Number.isInteger(count) || count < 1 || count > maximumSplitCount) {
    throw new InvalidArgumentError('count', `${count} is not a number of files`);
  }
  if (count === 1) return [name];
  const digits = (value: number) => String(value).padStart(5, '0');
  const match = splitName.exec(name);
  if (match === null || match[2] !== digits(count)) {
    throw new InvalidArgumentError(
      'name',
      `${name} is one of ${count} files and must end in -00001-of-${digits(count)}.gguf; rename it as it was`,
    );
  }
  const stem = name.slice(0, match.index);
  return Array.from({ length: count }, (_, index) => `${stem}-${digits(index + 1)}-of-${digits(count)}.gguf`);
}

/**
 * How many files the model consists of that `source`, one of them, belongs to. Reads the metadata and no more.
 *
 * @throws {InvalidFileError} when the file is not GGUF or damaged
 */
export async function readSplitCount(
  source: ByteSource,
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const metadata = await readKeys(source, (key) => key.startsWith('split.'), options.signal);
  return splitPlace(source.name, metadata).count;
}

/** Which file of how many this is, and how many tensors all of them have, where that is stated. */
export function splitPlace(file: string, metadata: ReadonlyMap<string, GgufValue>) {
  const read = (key: string, fallback: number, maximum: number) => {
    const value = metadata.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum) {
      throw new InvalidFileError({ file }, `${key} is ${String(value)}`);
    }
    return value;
  };
  // llama-gguf-split writes a count of 0 or none into a file that is not split.
  const count = Math.max(1, read('split.count', 1, maximumSplitCount));
  const tensorCount = metadata.has('split.tensors.count')
    ? read('split.tensors.count', 0, Number.MAX_SAFE_INTEGER)
    : undefined;
  return { number: read('split.no', 0, maximumSplitCount), count, tensorCount };
}
