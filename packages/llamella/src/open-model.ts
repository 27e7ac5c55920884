import { basename } from 'node:path';
import { InvalidFileError } from '@llamella/spec';
import type { ResolveOptions } from './local-path.ts';
import { openGenaiModel } from './open-genai-model.ts';
import { openGgufModel } from './open-gguf-model.ts';
import { openSafetensorsModel } from './open-safetensors-model.ts';
import type { OpenedModel } from './opened-model.ts';
import { type ModelLocation, resolveReference } from './resolve-reference.ts';

type Opener = (path: string, signal: AbortSignal | undefined) => Promise<OpenedModel>;

const openers: Record<ModelLocation['container'], Opener> = {
  gguf: openGgufModel,
  safetensors: openSafetensorsModel,
  genai: openGenaiModel,
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
  await opened[Symbol.asyncDispose]();
  throw new InvalidFileError(
    { file },
    `does not belong to the model of its folder (${names.slice(0, 5).join(', ')}); put it into one of its own, or name the folder`,
  );
}
