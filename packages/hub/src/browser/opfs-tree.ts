import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { ifMissing } from './opfs-error.ts';
import type { OpfsFileHandle } from './opfs-handles.ts';

const scheme = 'opfs:/';

/** What people and programs call a path from the root of OPFS. */
export function opfsLocation(path: string): string {
  return `${scheme}${path}`;
}

/** The path from the root of OPFS that {@link opfsLocation} made a text of. @throws {InvalidArgumentError} for others */
export function opfsPath(location: string): string {
  if (!location.startsWith(scheme)) {
    throw new InvalidArgumentError(
      'path',
      `"${location}" is not a path in OPFS, which begins with ${scheme}`,
    );
  }
  return checkPath(location.slice(scheme.length));
}

/** @throws {InvalidArgumentError} when a path could mean something else */
export function checkPath(path: string): string {
  if (path === '' || path.split('/').some((part) => /^\.{0,2}$|\\/.test(part))) {
    throw new InvalidArgumentError('path', `"${path}" is not a path with "/" and without ".."`);
  }
  return path;
}

/** The folder of a path and its last part. */
export function splitPath(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

/**
 * Opens a folder. @param create makes it, and those above it
 * @throws {UnsupportedError} when this browser has no OPFS, or does not allow it
 */
export async function openFolder(path: string, create: true): Promise<FileSystemDirectoryHandle>;
export async function openFolder(
  path: string,
  create?: boolean,
): Promise<FileSystemDirectoryHandle | undefined>;
export async function openFolder(
  path: string,
  create = false,
): Promise<FileSystemDirectoryHandle | undefined> {
  let folder: FileSystemDirectoryHandle | undefined = await openRoot();
  for (const name of path.split('/')) {
    if (name === '') continue;
    const missing = create ? throwing : ifMissing(undefined);
    folder = await folder.getDirectoryHandle(name, { create }).catch(missing);
    if (folder === undefined) return undefined;
  }
  return folder;
}

/** Opens a file of a folder, `undefined` when there is none. */
export async function openHandle(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<OpfsFileHandle | undefined> {
  return await folder.getFileHandle(name).catch(ifMissing(undefined));
}

async function openRoot(): Promise<FileSystemDirectoryHandle> {
  const manager = globalThis.navigator?.storage as Partial<StorageManager> | undefined;
  const advice = 'open the page over https or from localhost, and not in a private window';
  if (manager?.getDirectory === undefined) {
    throw new UnsupportedError('the file system of the browser (OPFS) in this page', advice);
  }
  try {
    return await manager.getDirectory();
  } catch (cause) {
    throw new UnsupportedError('the file system of the browser (OPFS) in this page', advice, { cause });
  }
}

function throwing(error: unknown): never {
  throw error;
}
