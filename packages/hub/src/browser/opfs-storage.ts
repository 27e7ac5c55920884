import { InvalidFileError } from '@llamella/spec';
import type { HubStorage } from '../platform.ts';
import { findEntry, isHidden, linkEnding, linkTarget, usedEnding, visibleName } from './opfs-entries.ts';
import { ifMissing, opfsError } from './opfs-error.ts';
import { openOpfsFile } from './opfs-file.ts';
import { checkPath, openFolder, openHandle, opfsLocation, splitPath } from './opfs-tree.ts';
import { moveFile, replaceFile } from './opfs-write.ts';
import { estimateStorage } from './storage-estimate.ts';
import { takeWebLock } from './web-lock.ts';

/**
 * Keeps files in a folder of the origin private file system (OPFS), that of the site in this browser. Files are
 * written in place, which only a dedicated worker can do; reading, listing and removing work on a page too.
 *
 * OPFS has no links and no time of last use. A link is a small file `NAME.llamella-link` with the path that it leads
 * to from the root, and a use is noted by a file `NAME.llamella-used`; neither shows in `list`.
 *
 * @param folder path from the root of OPFS
 * @throws {InvalidArgumentError} when that is no path
 */
export function createOpfsStorage(folder: string): HubStorage {
  checkPath(folder);
  const at = (path: string) => (path === '' ? folder : `${folder}/${checkPath(path)}`);
  const location = (path: string) => opfsLocation(at(path));
  const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw await opfsError(error, location(path));
    }
  };
  return {
    location,
    stat: (path) =>
      guarded(path, async () => {
        const entry = await findEntry(at(path));
        if (entry === undefined) return undefined;
        const { handle, isLink } = entry;
        if (handle.kind === 'directory') return { isFolder: true, isLink, size: 0, modified: 0, accessed: 0 };
        const { size, lastModified: modified } = await handle.getFile();
        const used = await openHandle(entry.folder, `${handle.name}${usedEnding}`);
        const accessed = used === undefined ? modified : (await used.getFile()).lastModified;
        return { isFolder: false, isLink, size, modified, accessed };
      }),
    list: (path) =>
      guarded(path, async () => {
        const names = new Set<string>();
        for await (const name of (await openFolder(at(path)))?.keys() ?? []) {
          if (!isHidden(name)) names.add(visibleName(name));
        }
        return [...names].sort();
      }),
    readLink: (path) =>
      guarded(path, async () => {
        const target = await linkTarget(at(path));
        return target?.startsWith(`${folder}/`) ? target.slice(folder.length + 1) : undefined;
      }),
    readFile: (path, maximumBytes) =>
      guarded(path, async () => {
        const entry = await findEntry(at(path));
        if (entry === undefined || entry.handle.kind === 'directory') return undefined;
        const file = await entry.handle.getFile();
        if (file.size > maximumBytes) {
          throw new InvalidFileError({ file: location(path) }, `more than ${maximumBytes} bytes`);
        }
        return new Uint8Array(await file.arrayBuffer());
      }),
    writeFile: (path, bytes) =>
      guarded(path, async () => {
        const [parent, name] = splitPath(at(path));
        const target = await openFolder(parent, true);
        await replaceFile(target, name, bytes, location(path));
        await removeName(target, `${name}${linkEnding}`);
      }),
    open: (path) =>
      guarded(path, async () => {
        const [parent, name] = splitPath(at(path));
        const target = await openFolder(parent, true);
        return await openOpfsFile(await target.getFileHandle(name, { create: true }), location(path));
      }),
    rename: (from, to) =>
      guarded(to, async () => {
        const [parent, name] = splitPath(at(from));
        const [newParent, newName] = splitPath(at(to));
        const source = await openFolder(parent);
        const handle = await source?.getFileHandle(name);
        if (source === undefined || handle === undefined) {
          throw new InvalidFileError({ file: location(from) }, 'is to be moved and is not there');
        }
        const target = await openFolder(newParent, true);
        await moveFile(source, handle, target, newName, location(to));
        await removeName(source, `${name}${usedEnding}`);
        await removeName(target, `${newName}${linkEnding}`);
      }),
    link: (path, target) =>
      guarded(path, async () => {
        const [parent, name] = splitPath(at(path));
        const place = await openFolder(parent, true);
        const text = new TextEncoder().encode(at(target));
        await replaceFile(place, `${name}${linkEnding}`, text, location(path));
        await removeName(place, name);
      }),
    remove: (path) =>
      guarded(path, async () => {
        const [parent, name] = splitPath(at(path));
        const place = await openFolder(parent);
        if (place === undefined) return;
        const own = await place.getDirectoryHandle(name).catch(ifMissing(undefined));
        for await (const inner of own?.keys() ?? []) if (isHidden(inner)) await removeName(own!, inner);
        for (const each of [`${name}${usedEnding}`, name, `${name}${linkEnding}`])
          await removeName(place, each);
      }),
    async touch(path) {
      try {
        const entry = await findEntry(at(path));
        if (entry === undefined || entry.handle.kind === 'directory') return;
        const marker = `${entry.handle.name}${usedEnding}`;
        await replaceFile(entry.folder, marker, new Uint8Array(1), location(path));
      } catch {
        // A cache that can only be read is used all the same.
      }
    },
    freeBytes: async () => (await estimateStorage()).freeBytes,
    lock: (path, signal) => takeWebLock(`llamella ${location(path)}`, signal),
  };
}

async function removeName(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await folder.removeEntry(name).catch(ifMissing(undefined));
}
