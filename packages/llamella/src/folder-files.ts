import { InvalidFileError } from '@llamella/spec';
import type { ModelFiles } from './model-files.ts';

/** Most bytes of a file that is read as a whole: tokenizers of 256,000 tokens take 40 MB. */
export const MOST_BYTES = 512 * 2 ** 20;
/** The same for configurations and templates, which take kilobytes. */
const MOST_SETTINGS_BYTES = 8 * 2 ** 20;

/** A text file of a model's folder without a byte order mark, or `undefined` when there is none of that name. @throws {InvalidFileError} when it cannot be read */
export async function readTextFile(
  files: ModelFiles,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const most = /(^|_)config\.json$|^chat_template|\.jinja$/.test(name) ? MOST_SETTINGS_BYTES : MOST_BYTES;
  const bytes = await files.read(name, most, signal);
  return bytes && new TextDecoder().decode(bytes);
}

/** A JSON file of a model's folder, or `undefined` when there is none of that name. @throws {InvalidFileError} when it is not JSON */
export async function readJsonFile(files: ModelFiles, name: string, signal?: AbortSignal): Promise<unknown> {
  const text = await readTextFile(files, name, signal);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `is not JSON: ${(cause as Error).message.replace(/\s+/g, ' ')}`;
    throw new InvalidFileError({ file: files.path(name) }, problem, { cause });
  }
}

/**
 * A JSON file with an object, or `undefined` when there is none of that name or it holds `null`.
 *
 * @throws {InvalidFileError} when it holds anything else
 */
export async function readJsonObject(
  files: ModelFiles,
  name: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = (await readJsonFile(files, name, signal)) ?? undefined;
  if (content === undefined || (typeof content === 'object' && !Array.isArray(content)))
    return content as Readonly<Record<string, unknown>> | undefined;
  throw new InvalidFileError({ file: files.path(name) }, 'is not a JSON object');
}
