import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { InvalidArgumentError, InvalidFileError, LlamellaError, type Tokenizer } from '@llamella/spec';
import { tokenizerFromJson, tokenizerFromSentencePiece, tokenizerFromTiktoken } from '@llamella/tokenizer';
import { readJsonFile, readJsonObject } from './folder-files.ts';

type Reader = (path: string, signal: AbortSignal | undefined) => Promise<Tokenizer>;

/** JSON files of a model's folder that are no tokenizers: whoever names them means the folder. */
const besideTokenizers = /^((\w+_)?config|.+\.index)\.json$/i;

/** How the files that hold nothing but a tokenizer are read, by their ending. */
const readers: Readonly<Record<string, Reader>> = {
  '.json': async (path, signal) => {
    const content = await readJsonFile(dirname(path), basename(path), signal);
    if (content === undefined) throw new LlamellaError('not-found', `${path}: no such file`);
    return tokenizerFromJson(content, undefined, { name: path });
  },
  '.model': (path, signal) => readTokenizerModel(path, signal),
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
  if (besideTokenizers.test(basename(reference))) return tokenizerInFolder(dirname(reference), signal);
  const read = readers[extname(reference).toLowerCase()];
  if (read) return read(reference, signal);
  const isFolder = await stat(reference).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) return undefined;
  const names = await readdir(reference);
  return names.some((name) => /\.gguf$/i.test(name)) ? undefined : tokenizerInFolder(reference, signal);
}

/**
 * The tokenizer of a folder, with the ids after which its model stops by `generation_config.json`, or `config.json`, and
 * `genai_config.json`.
 *
 * @param endTokenIds further ids after which it stops
 * @returns `undefined` when there is no `tokenizer.json` and no `tokenizer.model`
 */
export async function tokenizerInFolder(
  folder: string,
  signal: AbortSignal | undefined,
  endTokenIds: readonly number[] = [],
): Promise<Tokenizer | undefined> {
  const json = (name: string) => readJsonFile(folder, name, signal);
  const generation =
    (await readJsonObject(folder, 'generation_config.json', signal)) ?? (await json('config.json'));
  const genai = (await json('genai_config.json')) as { readonly model?: unknown } | undefined;
  const endOfGenerationIds = [...new Set([...endTokenIds, ...[generation, genai?.model].flatMap(endTokens)])];
  const content = await json('tokenizer.json');
  if (content !== undefined) {
    const path = join(folder, 'tokenizer.json');
    const config = await readJsonObject(folder, 'tokenizer_config.json', signal);
    return tokenizerFromJson(content, config, { name: path, endOfGenerationIds });
  }
  const model = join(folder, 'tokenizer.model');
  const exists = await stat(model).then(
    () => true,
    () => false,
  );
  return exists ? readTokenizerModel(model, signal, endOfGenerationIds) : undefined;
}

/** `eos_token_id` is a number or a list of them. */
function endTokens(configuration: unknown): number[] {
  const value = (configuration as { readonly eos_token_id?: unknown } | null | undefined)?.eos_token_id;
  return [value].flat().filter((id): id is number => Number.isInteger(id) && (id as number) >= 0);
}

/** Llama 3 calls its rank file as SentencePiece calls its models. */
async function readTokenizerModel(
  path: string,
  signal: AbortSignal | undefined,
  endOfGenerationIds: readonly number[] = [],
): Promise<Tokenizer> {
  const bytes = await read(path, signal);
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (/^[A-Za-z\d+/]+=* \d+\r?\n/.test(start)) {
    return tokenizerFromTiktoken(bytes, { pattern: 'llama3', name: path, endOfGenerationIds });
  }
  return tokenizerFromSentencePiece(bytes, { name: path, endOfGenerationIds });
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
