import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { InvalidFileError, LlamellaError } from '@llamella/spec';

/** Most bytes of a file that is read as a whole: tokenizers of 256,000 tokens take 40 MB. */
const MOST_BYTES = 512 * 2 ** 20;
/** The same for configurations and templates, which take kilobytes. */
const MOST_SETTINGS_BYTES = 8 * 2 ** 20;

/**
 * Path of a file of a model's folder that another of its files names. Links may lead to another place in the folder, or
 * in the cache's folder of that repository, and nowhere else.
 *
 * @throws {InvalidFileError} when the name leads out of the folder
 * @throws {LlamellaError} `not-found` when there is no such file
 */
export async function fileInFolder(folder: string, name: string): Promise<string> {
  const parts = name.split(/[\\/]/);
  if (name === '' || /^[A-Za-z]:/.test(name) || parts.some((part) => part === '' || part === '..')) {
    throw new InvalidFileError(
      { file: folder },
      `the file name ${JSON.stringify(name.slice(0, 200))} leads out of it`,
    );
  }
  const path = join(folder, ...parts);
  const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new LlamellaError('not-found', `${path}: no such file`, { cause });
    throw new InvalidFileError({ file: path }, `cannot be opened: ${cause.message}`, { cause });
  });
  const home = await realpath(folder);
  // A snapshot in the cache of Hugging Face has links to `blobs` beside `snapshots`.
  const blobs = join(dirname(dirname(home)), 'blobs');
  if ([home, blobs].some((place) => real.startsWith(place + sep))) return path;
  throw new InvalidFileError({ file: path }, `is a link that leads out of ${folder}, to ${real}`);
}

/** A text file of a model's folder without a byte order mark, or `undefined` when there is none of that name. @throws {InvalidFileError} when it cannot be read */
export async function readTextFile(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    const most = /(^|_)config\.json$|^chat_template|\.jinja$/.test(name) ? MOST_SETTINGS_BYTES : MOST_BYTES;
    if (size > most) throw new InvalidFileError({ file: path }, `has ${size} bytes, more than ${most}`);
    const text = await readFile(path, { encoding: 'utf8', signal });
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch (cause) {
    signal?.throwIfAborted();
    if (LlamellaError.isInstance(cause)) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InvalidFileError({ file: path }, `cannot be read: ${message}`, { cause });
  }
}

/** A JSON file of a model's folder, or `undefined` when there is none of that name. @throws {InvalidFileError} when it is not JSON */
export async function readJsonFile(folder: string, name: string, signal?: AbortSignal): Promise<unknown> {
  const text = await readTextFile(folder, name, signal);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `is not JSON: ${(cause as Error).message.replace(/\s+/g, ' ')}`;
    throw new InvalidFileError({ file: join(folder, name) }, problem, { cause });
  }
}

/**
 * A JSON file with an object, or `undefined` when there is none of that name or it holds `null`.
 *
 * @throws {InvalidFileError} when it holds anything else
 */
export async function readJsonObject(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = (await readJsonFile(folder, name, signal)) ?? undefined;
  if (content === undefined || (typeof content === 'object' && !Array.isArray(content)))
    return content as Readonly<Record<string, unknown>> | undefined;
  throw new InvalidFileError({ file: join(folder, name) }, 'is not a JSON object');
}
