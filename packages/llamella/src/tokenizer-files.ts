import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InvalidArgumentError, InvalidFileError, LlamellaError, type Tokenizer } from '@llamella/spec';
import { tokenizerFromJson, tokenizerFromSentencePiece, tokenizerFromTiktoken } from '@llamella/tokenizer';

type Reader = (path: string, signal: AbortSignal | undefined) => Promise<Tokenizer>;

/** How the files that hold nothing but a tokenizer are read, by their ending. */
const readers: Readonly<Record<string, Reader>> = {
  '.json': async (path, signal) => tokenizerFromJson(await readJson(path, signal), undefined, { name: path }),
  '.model': readTokenizerModel,
  '.tiktoken': readRanks,
};

/**
 * Loads a tokenizer from a file or folder that has no weights: a `tokenizer.json`, a `tokenizer.model` of SentencePiece
 * or Llama 3, a rank file of tiktoken, or a folder with a `tokenizer.json` and perhaps its `tokenizer_config.json`.
 *
 * @returns `undefined` when the reference is none of these
 * @throws {LlamellaError} `not-found`, `invalid-file` or `unsupported`
 */
export async function tokenizerFromFiles(
  reference: string,
  signal: AbortSignal | undefined,
): Promise<Tokenizer | undefined> {
  const read = readers[extname(reference).toLowerCase()];
  if (read) return read(reference, signal);
  const isFolder = await stat(reference).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) return undefined;
  const names = await readdir(reference);
  if (names.some((name) => name.endsWith('.gguf'))) return undefined;
  if (names.includes('tokenizer.json')) {
    const path = join(reference, 'tokenizer.json');
    const hasConfig = names.includes('tokenizer_config.json');
    const config = hasConfig ? await readJson(join(reference, 'tokenizer_config.json'), signal) : undefined;
    return tokenizerFromJson(await readJson(path, signal), config, { name: path });
  }
  return names.includes('tokenizer.model')
    ? readTokenizerModel(join(reference, 'tokenizer.model'), signal)
    : undefined;
}

/** Llama 3 calls its rank file as SentencePiece calls its models. */
async function readTokenizerModel(path: string, signal: AbortSignal | undefined): Promise<Tokenizer> {
  const bytes = await read(path, signal);
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (/^[A-Za-z\d+/]+=* \d+\r?\n/.test(start)) {
    return tokenizerFromTiktoken(bytes, { pattern: 'llama3', name: path });
  }
  return tokenizerFromSentencePiece(bytes, { name: path });
}

/** The name of a rank file is that of its encoding, such as `o200k_base.tiktoken`. */
async function readRanks(path: string, signal: AbortSignal | undefined): Promise<Tokenizer> {
  const pattern = basename(path, extname(path));
  if (!/^(gpt2|[rp]50k_(base|edit)|cl100k_base|o200k_(base|harmony)|llama3)$/.test(pattern)) {
    throw new InvalidArgumentError(
      path,
      'a rank file does not say how text is cut: name it after its encoding, such as cl100k_base.tiktoken',
    );
  }
  return tokenizerFromTiktoken(await read(path, signal), { pattern, name: path });
}

async function readJson(path: string, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await read(path, signal)));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new InvalidFileError({ file: path }, `is not JSON: ${cause.message}`, { cause });
  }
}

function read(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return readFile(path, { signal }).catch((cause: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    if (cause.code === 'ENOENT') throw new LlamellaError('not-found', `${path}: no such file`, { cause });
    throw new InvalidFileError({ file: path }, `cannot be read: ${cause.message}`, { cause });
  });
}
