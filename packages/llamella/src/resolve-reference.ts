import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightsUrl } from '@llamella/model-smollm2-135m-instruct';
import { InvalidArgumentError, InvalidFileError, LlamellaError } from '@llamella/spec';
import { type FoundModel, findModel } from './find-model.ts';
import { localPath, type ResolveOptions } from './local-path.ts';

/** Name of the model that is used when none is given. */
export const DEFAULT_MODEL = 'smollm2';

/** Whether a reference means the embedded model. */
export function isDefaultModel(reference: string | undefined): boolean {
  return reference === undefined || reference === DEFAULT_MODEL;
}

/** Where the model that a reference means lies: a GGUF file, or a folder in one of the other layouts. */
export interface ModelLocation {
  readonly container: FoundModel['container'];
  /** For GGUF the file, of a split model any of them; otherwise the folder. */
  readonly path: string;
  /** The file with weights or a graph by which the folder was named. */
  readonly file?: string;
}

/** Files of folders, by which a folder is named as well as by its own path. */
const folderFiles: readonly [RegExp, ModelLocation['container']][] = [
  [/(\.safetensors(\.index\.json)?|^config\.json)$/i, 'safetensors'],
  [/(^genai_config\.json|\.onnx)$/i, 'genai'],
];

/** Endings of files that lie beside a model and never are one. */
const companion = /\.(json|jinja|onnx[._]data|txt|md)$/i;

/**
 * Finds the model that a reference means: nothing or `smollm2` for the embedded model, a GGUF file, a folder with one
 * GGUF model in it, with `config.json` and safetensors, or with the `genai_config.json` of ONNX Runtime GenAI, or one of
 * the files of such a folder. In a folder with a split GGUF model, its first file.
 * `hf:owner/repo[@revision][:file-or-quantization]` and URLs are looked for in the cache, and downloaded into it when
 * they are not there.
 *
 * @throws {LlamellaError} `not-found` when there is no such file, or not exactly one model in the folder; `network`,
 *   `access` or `no-space` when it cannot be downloaded
 * @throws {InvalidFileError} for what is neither a file nor a folder, such as a pipe, which could block forever, and for
 *   files that are no weights
 * @throws {InvalidArgumentError} for what is no text, or empty
 * @throws `options.signal.reason` when aborted
 */
export async function resolveReference(
  reference: string = DEFAULT_MODEL,
  options: ResolveOptions = {},
): Promise<ModelLocation> {
  if (isDefaultModel(reference)) return { container: 'gguf', path: fileURLToPath(weightsUrl) };
  if (typeof reference !== 'string') throw new InvalidArgumentError('model', 'must be a path or a name');
  if (reference === '') throw new InvalidArgumentError('model', 'the path is empty');
  const path = await localPath(reference, options);
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new LlamellaError('not-found', `${path}: no such file or folder`, { cause });
    }
    throw new InvalidFileError({ file: path }, `cannot be opened: ${cause.message}`, { cause });
  });
  if (status.isDirectory()) return modelInFolder(path);
  if (!status.isFile()) throw new InvalidFileError({ file: path }, 'is not a file');
  const container = folderFiles.find(([pattern]) => pattern.test(basename(path)))?.[1];
  if (container === undefined && companion.test(path)) {
    throw new InvalidFileError(
      { file: path },
      'is no model; give the folder of a model, or a file of the type .gguf, .safetensors or .onnx',
    );
  }
  if (container === undefined) return { container: 'gguf', path };
  const isConfiguration = /config\.json$/i.test(path);
  return { container, path: dirname(path), ...(!isConfiguration && { file: path }) };
}

async function modelInFolder(folder: string): Promise<ModelLocation> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidFileError({ file: folder }, `cannot be listed: ${cause.message}`, { cause });
  });
  const { container, file } = findModel(names, folder);
  return { container, path: file === undefined ? folder : join(folder, file) };
}
