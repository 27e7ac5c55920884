import { UnsupportedError } from '@llamella/spec';
import type { StoredFile } from '../platform.ts';
import { isNamed, noSpace, opfsError } from './opfs-error.ts';
import { hasSyncAccess, type OpfsFileHandle, type SyncAccessHandle } from './opfs-handles.ts';

/** A tab that is closed gives its files back a little later than its locks. */
const longestWait = 3000;
const pause = 50;

/**
 * Opens a file for reading and writing in place.
 *
 * @throws {UnsupportedError} outside of a dedicated worker
 * @throws {LlamellaError} `busy` when it stays open elsewhere
 */
export async function openOpfsFile(handle: OpfsFileHandle, place: string): Promise<StoredFile> {
  const access = await openAccess(handle, place);
  const guarded = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (error) {
      throw await opfsError(error, place);
    }
  };
  return {
    read: (offset, target) => guarded(() => readFully(access, offset, target)),
    async write(offset, bytes) {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.subarray(written);
        const count = await guarded(() => access.write(rest, { at: offset + written }));
        // In private windows Chromium gives a negative error code as an unsigned number, and throws nothing.
        if (count === 0 || count > rest.length) throw await noSpace();
        written += count;
      }
    },
    async truncate(size) {
      await guarded(() => access.truncate(size));
      if (access.getSize() !== size) throw await noSpace();
    },
    sync: () => guarded(() => access.flush()),
    close: async () => access.close(),
  };
}

/** Fills a target as far as the file goes. */
export function readFully(access: SyncAccessHandle, offset: number, target: Uint8Array): number {
  let filled = 0;
  while (filled < target.length) {
    const count = access.read(target.subarray(filled), { at: offset + filled });
    if (count === 0) break;
    if (count > target.length - filled) throw new DOMException(`error ${count}`, 'NotReadableError');
    filled += count;
  }
  return filled;
}

async function openAccess(handle: OpfsFileHandle, place: string): Promise<SyncAccessHandle> {
  if (!hasSyncAccess()) {
    throw new UnsupportedError(
      'writing models to the file system of the browser from a page',
      'do it in a worker',
    );
  }
  for (let waited = 0; ; waited += pause) {
    try {
      return await handle.createSyncAccessHandle!();
    } catch (error) {
      if (!isNamed(error, 'NoModificationAllowedError') || waited >= longestWait)
        throw await opfsError(error, place);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
