import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { InvalidArgumentError, InvalidFileError, LlamellaError, type Tokenizer } from '@llamella/spec';
import { tokenizerFromJson, tokenizerFromTiktoken } from '@llamella/tokenizer';
import { filesOnDisk } from './files-on-disk.ts';
import { readJsonFile } from './folder-files.ts';
import { tokenizerFromModel, tokenizerInFolder } from './folder-tokenizer.ts';

type Reader = (path: string, signal: AbortSignal | undefined) => Promise<Tokenizer>;

/** JSON files of a model's folder that are no tokenizers: whoever names them means the folder. */
const besideTokenizers = /^((\w+_)?config|.+\.index)\.json$/i;

/** How the files that hold nothing but a tokenizer are read, by their ending. */
const readers: Readonly<Record<string, Reader>> = {
  '.json': async (path, signal) => {
    const content = await readJsonFile(filesOnDisk(dirname(path)), basename(path), signal);
    if (content === undefined) throw new LlamellaError('not-found', `${path}: no such file`);
    return tokenizerFromJson(content, undefined, { name: path });
  },
  '.model': async (path, signal) => tokenizerFromModel(await read(path, signal), path),
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
  if (besideTokenizers.test(basename(reference))) {
    return tokenizerInFolder(filesOnDisk(dirname(reference)), signal);
  }
  const read = readers[extname(reference).toLowerCase()];
  if (read) return read(reference, signal);
  const isFolder = await stat(reference).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) return undefined;
  const names = await readdir(reference);
  return names.some((name) => /\.gguf$/i.test(name))
    ? undefined
    : tokenizerInFolder(filesOnDisk(reference), signal);
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

function read(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return readFile(path, { signal }).catch((cause: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    if (cause.code === 'ENOENT') throw new LlamellaError('not-found', `${path}: no such file`, { cause });
    throw new InvalidFileError({ file: path }, `cannot be read: ${cause.message}`, { cause });
  });
}
