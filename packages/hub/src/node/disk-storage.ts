import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as disk from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import type { HubStorage } from '../platform.ts';
import { diskError, ifMissing } from './disk-error.ts';
import { openDiskFile } from './disk-file.ts';
import { lockFile } from './lock-file.ts';

/**
 * Keeps files in a folder of the disk, in which other programs may be at work. The folder is made on the first write
 * and may itself be a link; inside of it, nothing is written through a link that leads out of it.
 *
 * @param folder absolute path, or one relative to the working directory
 */
export function createDiskStorage(folder: string): HubStorage {
  const root = resolve(folder);
  const location = (path: string) => {
    if (path !== '' && path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new InvalidArgumentError('path', `"${path}" is not a path inside of ${root}`);
    }
    return join(root, ...path.split('/'));
  };
  /** Makes the folder of a path, and checks that it really is inside. */
  const prepare = async (path: string) => {
    const target = location(path);
    await checkInside(root, dirname(target));
    await disk.mkdir(dirname(target), { recursive: true });
    return target;
  };
  const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw diskError(error, join(root, path));
    }
  };
  return {
    location,
    stat: (path) =>
      guarded(path, async () => {
        const own = await disk.lstat(location(path)).catch(ifMissing(undefined));
        const isLink = own?.isSymbolicLink() ?? false;
        const found = isLink ? await disk.stat(location(path)).catch(ifMissing(undefined)) : own;
        if (found === undefined || !(found.isFile() || found.isDirectory())) return undefined;
        const isFolder = found.isDirectory();
        const { mtimeMs: modified, atimeMs: accessed } = found;
        return { isFolder, isLink, size: isFolder ? 0 : found.size, modified, accessed };
      }),
    list: (path) =>
      guarded(path, async () => (await disk.readdir(location(path)).catch(ifMissing<string[]>([]))).sort()),
    readLink: (path) =>
      guarded(path, async () => {
        const place = location(path);
        const target = await disk.readlink(place).catch(ifMissing(undefined));
        if (target === undefined) return undefined;
        const inside = relative(root, resolve(dirname(place), target))
          .split(sep)
          .join('/');
        return inside.startsWith('../') || inside === '..' ? undefined : inside;
      }),
    readFile: (path, maximumBytes) =>
      guarded(path, async () => {
        const found = await disk.stat(location(path)).catch(ifMissing(undefined));
        if (found === undefined || !found.isFile()) return undefined;
        if (found.size > maximumBytes) {
          throw new InvalidFileError({ file: location(path) }, `more than ${maximumBytes} bytes`);
        }
        return await disk.readFile(location(path)).catch(ifMissing(undefined));
      }),
    writeFile: (path, bytes) =>
      guarded(path, async () => {
        const target = await prepare(path);
        await replace(target, (temporary) => disk.writeFile(temporary, bytes, { flag: 'wx' }));
      }),
    open: (path) =>
      guarded(path, async () => {
        const target = await prepare(path);
        // Windows has no O_NOFOLLOW.
        const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
        return openDiskFile(await disk.open(target, flags, 0o666), target);
      }),
    rename: (from, to) =>
      guarded(to, async () => {
        await checkInside(root, dirname(location(from)));
        await disk.rename(location(from), await prepare(to));
      }),
    link: (path, target) =>
      guarded(path, async () => {
        const place = await prepare(path);
        const text = posix.relative(posix.dirname(path), target);
        try {
          await replace(place, (temporary) => disk.symlink(text, temporary, 'file'));
        } catch (error) {
          if (!isUnsupported(error)) throw error;
          // As huggingface_hub does: the file itself lies in the snapshot, and there is no blob.
          await disk.rename(location(target), place);
        }
      }),
    remove: (path) =>
      guarded(path, async () => {
        const place = location(path);
        await checkInside(root, dirname(place));
        const found = await disk.lstat(place).catch(ifMissing(undefined));
        if (found === undefined) return;
        if (found.isDirectory()) await disk.rmdir(place).catch(ifMissing(undefined));
        else await disk.unlink(place).catch(ifMissing(undefined));
      }),
    async touch(path) {
      try {
        const { mtime } = await disk.stat(location(path));
        await disk.utimes(location(path), new Date(), mtime);
      } catch {
        // A cache that can only be read is used all the same.
      }
    },
    async freeBytes() {
      for (let place = root; ; place = dirname(place)) {
        try {
          const { bavail, bsize } = await disk.statfs(place);
          return bavail * bsize;
        } catch {
          if (dirname(place) === place) return undefined;
        }
      }
    },
    lock: (path, signal) => guarded(path, async () => await lockFile(await prepare(path), signal)),
  };
}

/** @throws {InvalidFileError} when a folder, as far as it exists, is not below the root once links are followed */
async function checkInside(root: string, folder: string): Promise<void> {
  const realRoot = await disk.realpath(root).catch(ifMissing(undefined));
  if (realRoot === undefined) return;
  for (let place = folder; place.length >= root.length; place = dirname(place)) {
    const real = await disk.realpath(place).catch(ifMissing(undefined));
    if (real === undefined) {
      const link = await disk.readlink(place).catch(ifMissing(undefined));
      if (link !== undefined) throw leadsOut(place);
      continue;
    }
    if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
      throw leadsOut(place);
    return;
  }
}

function leadsOut(place: string): InvalidFileError {
  return new InvalidFileError(
    { file: place },
    'is a link that leads out of the cache, and is not written through',
  );
}

/** Makes something beside its place and moves it there. */
async function replace(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await make(temporary);
    await disk.rename(temporary, target);
  } catch (error) {
    await disk.rm(temporary, { force: true });
    throw error;
  }
}

function isUnsupported(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'].includes(code);
}
