import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { InvalidFileError, LlamellaError } from '@llamella/spec';
import { checkInside } from './check-inside.ts';
import { fileSource } from './file-source.ts';
import type { ModelFiles } from './model-files.ts';

/** The files of a folder on a disk. */
export function filesOnDisk(folder: string): ModelFiles {
  return {
    name: folder,
    path: (name) => join(folder, name),
    list: () => readdir(folder).catch(() => []),
    folder: (name) => filesOnDisk(join(folder, name)),
    open: async (name) => fileSource(await fileInFolder(folder, name)),
    read: (name, mostBytes, signal) => readWhole(join(folder, name), mostBytes, signal),
  };
}

/** Links may lead to another place in the folder, or in the cache's folder of that repository, and nowhere else. */
async function fileInFolder(folder: string, name: string): Promise<string> {
  const path = join(folder, ...checkInside(folder, name));
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

async function readWhole(
  path: string,
  mostBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new InvalidFileError({ file: path }, `has ${size} bytes, more than ${mostBytes}`);
    return await readFile(path, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    if (LlamellaError.isInstance(cause)) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InvalidFileError({ file: path }, `cannot be read: ${message}`, { cause });
  }
}
