import { type ByteSource, InvalidFileError } from '@llamella/spec';
import { findModel } from '../find-model.ts';
import type { ModelFiles } from '../model-files.ts';
import { openGenaiModel } from '../open-genai-model.ts';
import { openGgufModel } from '../open-gguf-model.ts';
import { openSafetensorsModel } from '../open-safetensors-model.ts';
import type { OpenedModel } from '../opened-model.ts';

/**
 * Opens the model among some files, whatever its container. One file alone is taken for GGUF unless its name says
 * otherwise.
 *
 * @param names of the files
 * @throws {LlamellaError} `not-found` when there is not exactly one model, or files of it are missing; `invalid-file`
 *   when one is damaged or none of these containers
 */
export async function openNamedModel(
  names: readonly string[],
  files: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<OpenedModel> {
  const isAlone = names.length === 1 && !/(\.safetensors|\.onnx|config\.json)$/i.test(names[0]!);
  const found = isAlone ? ({ container: 'gguf', file: names[0]! } as const) : findModel(names, files.name);
  if (found.container === 'gguf') {
    return openGgufModel(found.file!, { open: (name) => openFilled(files, name) }, signal);
  }
  const open = found.container === 'genai' ? openGenaiModel : openSafetensorsModel;
  return open(files, signal);
}

/** An empty file says more than that its header is cut off. */
async function openFilled(files: ModelFiles, name: string): Promise<ByteSource> {
  const source = await files.open(name);
  if (source.size > 0) return source;
  await source.close?.();
  throw new InvalidFileError({ file: name }, 'is empty; was it copied or downloaded completely?');
}
