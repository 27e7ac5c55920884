import { readFile } from 'node:fs/promises';
import { InvalidFileError, LlamellaError, type Tokenizer } from '@llamella/spec';
import { tokenizerFromGguf, tokenizerFromJson } from '@llamella/tokenizer';
import { openCheckpoint } from './open-checkpoint.ts';

/**
 * Loads a tokenizer alone: from a `.json` file as Hugging Face tokenizers writes it, or from a model reference.
 *
 * @throws {LlamellaError} `not-found`, `invalid-file` or `unsupported`
 * @throws `signal.reason` when aborted
 */
export async function loadTokenizer(
  reference?: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Tokenizer> {
  if (reference?.endsWith('.json')) {
    return tokenizerFromJson(await readJson(reference, options.signal), undefined, { name: reference });
  }
  const { checkpoint } = await openCheckpoint(reference, options.signal);
  await using opened = checkpoint;
  return tokenizerFromGguf(opened.metadata, { name: opened.name });
}

async function readJson(path: string, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await readFile(path, { encoding: 'utf8', signal }).catch((cause: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    if (cause.code === 'ENOENT') throw new LlamellaError('not-found', `${path}: no such file`, { cause });
    throw new InvalidFileError({ file: path }, `cannot be read: ${cause.message}`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidFileError({ file: path }, `is not JSON: ${(cause as Error).message}`, { cause });
  }
}
