import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightsUrl } from '@llamella/model-smollm2-135m-instruct';
import { InvalidFileError, LlamellaError } from '@llamella/spec';
import { localPath, type ResolveOptions } from './local-path.ts';

/** Name of the model that is used when none is given. */
export const DEFAULT_MODEL = 'smollm2';

/** Whether a reference means the embedded model. */
export function isDefaultModel(reference: string | undefined): boolean {
  return reference === undefined || reference === DEFAULT_MODEL;
}

/** Ending of the name of one file of a split model. */
export const SPLIT = /-(\d{5})-of-\d{5}\.gguf$/;

/**
 * Finds the file that a model reference means: nothing or `smollm2` for the embedded model, a GGUF file, or a folder
 * with one GGUF model in it. In a folder with a split model, its first file. `hf:owner/repo[@revision][:file-or-quantization]`
 * and URLs are looked for in the cache, and downloaded into it when they are not there.
 *
 * @throws {LlamellaError} `not-found` when there is no such file, or not exactly one model in the folder; `network`,
 *   `access` or `no-space` when it cannot be downloaded
 * @throws {InvalidFileError} for what is neither a file nor a folder, such as a pipe, which could block forever
 * @throws `options.signal.reason` when aborted
 */
export async function resolveReference(
  reference: string = DEFAULT_MODEL,
  options: ResolveOptions = {},
): Promise<string> {
  if (isDefaultModel(reference)) return fileURLToPath(weightsUrl);
  const path = await localPath(reference, options);
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new LlamellaError('not-found', `${path}: no such file or folder`, { cause });
    }
    throw new InvalidFileError({ file: path }, `cannot be opened: ${cause.message}`, { cause });
  });
  if (status.isDirectory()) return modelInFolder(path);
  if (!status.isFile()) throw new InvalidFileError({ file: path }, 'is not a file');
  return path;
}

async function modelInFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidFileError({ file: folder }, `cannot be listed: ${cause.message}`, { cause });
  });
  const files = names.filter((name) => name.endsWith('.gguf')).sort();
  const models = files.filter((name) => Number(SPLIT.exec(name)?.[1] ?? 1) === 1);
  if (models.length === 1) return join(folder, models[0]!);
  if (models.length === 0 && files.length > 0) {
    const problem = 'the first file of the split model is missing; there is';
    throw new LlamellaError('not-found', `${folder}: ${problem} ${files.join(', ')}`);
  }
  if (models.length === 0) throw new LlamellaError('not-found', `${folder}: no .gguf file in this folder`);
  throw new LlamellaError(
    'not-found',
    `${folder}: several models in this folder (${models.join(', ')}); give the path of one`,
  );
}
