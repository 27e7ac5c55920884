import { temporaryEnding } from './opfs-entries.ts';
import { isNamed } from './opfs-error.ts';
import { openOpfsFile } from './opfs-file.ts';
import { hasSyncAccess, type OpfsFileHandle } from './opfs-handles.ts';
import { openHandle } from './opfs-tree.ts';

const copyBytes = 4 * 2 ** 20;

/** Puts bytes under a name at once: a reader sees the old or the new ones. */
export async function replaceFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
  place: string,
): Promise<void> {
  if (!hasSyncAccess()) {
    // The only way of a page; it shows the bytes when the stream is closed.
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    return await stream.close();
  }
  const temporary = `${crypto.randomUUID()}${temporaryEnding}`;
  const handle: OpfsFileHandle = await folder.getFileHandle(temporary, { create: true });
  try {
    const file = await openOpfsFile(handle, place);
    try {
      await file.write(0, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Another tab that puts bytes under this name at the same moment would make the move fail.
    await oneAtATime(`llamella write ${place}`, () => moveFile(folder, handle, folder, name, place));
  } catch (error) {
    await folder.removeEntry(temporary).catch(() => {});
    throw error;
  }
}

/** Where there are no locks, other tabs are not waited for. */
async function oneAtATime(name: string, work: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { readonly locks?: LockManager };
  await (locks === undefined ? work() : locks.request(name, work));
}

/** Moves a file, over another one if there is one. Where a browser cannot do that, it is copied. */
export async function moveFile(
  source: FileSystemDirectoryHandle,
  handle: OpfsFileHandle,
  target: FileSystemDirectoryHandle,
  name: string,
  place: string,
): Promise<void> {
  if (handle.move !== undefined) {
    try {
      return await handle.move(target, name);
    } catch (error) {
      // The standard does not say yet whether a file of that name is replaced.
      if (isNamed(error, 'QuotaExceededError') || !(await openHandle(target, name))) throw error;
      await target.removeEntry(name);
      return await handle.move(target, name);
    }
  }
  const from = await handle.getFile();
  const copy = await openOpfsFile(await target.getFileHandle(name, { create: true }), place);
  try {
    await copy.truncate(from.size);
    for (let offset = 0; offset < from.size; offset += copyBytes) {
      await copy.write(offset, new Uint8Array(await from.slice(offset, offset + copyBytes).arrayBuffer()));
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
  await source.removeEntry(handle.name);
}
