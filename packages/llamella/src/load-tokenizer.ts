import type { OnProgress, Tokenizer } from '@llamella/spec';
import { localPath } from './local-path.ts';
import { openModel } from './open-model.ts';
import { tokenizerFromFiles } from './tokenizer-files.ts';

/**
 * Loads a tokenizer alone: from a model reference, or from a `tokenizer.json`, a `tokenizer.model` of SentencePiece or
 * Llama 3, a rank file of tiktoken named after its encoding, or a folder with one of the first two.
 *
 * @throws {LlamellaError} `not-found`, `invalid-file` or `unsupported`
 * @throws `signal.reason` when aborted
 */
export async function loadTokenizer(
  reference?: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<Tokenizer> {
  const { signal } = options;
  signal?.throwIfAborted();
  const path = reference === undefined ? undefined : await localPath(reference, options);
  const alone = path === undefined ? undefined : await tokenizerFromFiles(path, signal);
  if (alone) return alone;
  await using opened = await openModel(path, options);
  return await opened.loadTokenizer(signal);
}
