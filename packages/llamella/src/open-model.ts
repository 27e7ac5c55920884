import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { asyncDispose, InvalidFileError } from '@llamella/spec';
import { fileSource } from './file-source.ts';
import { filesOnDisk } from './files-on-disk.ts';
import { SPLIT } from './find-model.ts';
import type { ResolveOptions } from './local-path.ts';
import { openGenaiModel } from './open-genai-model.ts';
import { type GgufFiles, openGgufModel } from './open-gguf-model.ts';
import { openSafetensorsModel } from './open-safetensors-model.ts';
import type { OpenedModel } from './opened-model.ts';
import { type ModelLocation, resolveReference } from './resolve-reference.ts';

type Opener = (path: string, signal: AbortSignal | undefined) => Promise<OpenedModel>;

const openers: Record<ModelLocation['container'], Opener> = {
  gguf: (path, signal) => openGgufModel(path, ggufOnDisk, signal),
  safetensors: (path, signal) => openSafetensorsModel(filesOnDisk(path), signal),
  genai: (path, signal) => openGenaiModel(filesOnDisk(path), signal),
};

/** A link to a split may have any name: the others lie beside the file that it leads to. */
const ggufOnDisk: GgufFiles = {
  open: fileSource,
  splitName: async (path) => (SPLIT.test(path) ? path : await realpath(path)),
};

/**
 * Opens the model that a reference means, whatever its container.
 *
 * @param reference as for `loadModel`
 * @throws {LlamellaError} as `loadModel` does for files that are missing, damaged or not supported
 * @throws `options.signal.reason` when aborted
 */
export async function openModel(
  reference: string | undefined,
  options: ResolveOptions = {},
): Promise<OpenedModel> {
  const { container, path, file } = await resolveReference(reference, options);
  const opened = await openers[container](path, options.signal);
  const names = opened.files.map((each) => basename(each));
  if (file === undefined || names.includes(basename(file))) return opened;
  await opened[asyncDispose]();
  throw new InvalidFileError(
    { file },
    `does not belong to the model of its folder (${names.slice(0, 5).join(', ')}); put it into one of its own, or name the folder`,
  );
}
