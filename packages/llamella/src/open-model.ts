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
  const { container, path } = await resolveReference(reference, options);
  return openers[container](path, options.signal);
}
