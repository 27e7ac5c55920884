import { type ByteSource, InvalidFileError, LlamellaError } from '@llamella/spec';
import { blobSource } from './blob-source.ts';
import { checkRangeInside } from './check-range.ts';
import { findEntry } from './opfs-entries.ts';
import { opfsError } from './opfs-error.ts';
import { readFully } from './opfs-file.ts';
import type { OpfsFileHandle, SyncAccessHandle } from './opfs-handles.ts';
import { opfsPath } from './opfs-tree.ts';

/** Between two looks at the signal. */
const pieceBytes = 64 * 2 ** 20;

/**
 * Opens a file of OPFS, such as one of `PulledModel.files`. In a worker of Chromium it is read directly, and cannot be
 * removed while it is open; elsewhere it is read as a `File`. Several tabs can have it open.
 *
 * @param path `opfs:/…`
 * @throws {InvalidArgumentError} when that is no path in OPFS
 * @throws {LlamellaError} `not-found` when there is no such file
 */
export async function openStored(path: string): Promise<ByteSource> {
  const handle = (await findEntry(opfsPath(path)))?.handle;
  if (handle === undefined) throw new LlamellaError('not-found', `${path}: no such file`);
  if (handle.kind === 'directory') throw new InvalidFileError({ file: path }, 'is a folder');
  try {
    const access = await openReader(handle);
    return access === undefined ? blobSource(await handle.getFile(), path) : accessSource(access, path);
  } catch (error) {
    throw await opfsError(error, path);
  }
}

async function openReader(handle: OpfsFileHandle): Promise<SyncAccessHandle | undefined> {
  const access = await handle.createSyncAccessHandle?.({ mode: 'read-only' }).catch(() => undefined);
  if (access === undefined || access.mode === 'read-only') return access;
  // Without modes this handle would be the only one, and a second tab could not load the model.
  access.close();
  return undefined;
}

function accessSource(access: SyncAccessHandle, name: string): ByteSource {
  const size = access.getSize();
  let isClosed = false;
  return {
    name,
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw new LlamellaError('disposed', `${name}: read after it was closed`);
      checkRangeInside(name, size, offset, length);
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const piece = bytes.subarray(filled, filled + pieceBytes);
        const count = readPiece(access, name, offset + filled, piece);
        if (count < piece.length)
          throw new InvalidFileError({ file: name, offset }, 'the file became shorter');
        filled += count;
        signal?.throwIfAborted();
      }
      return bytes;
    },
    async close() {
      isClosed = true;
      access.close();
    },
  };
}

function readPiece(access: SyncAccessHandle, file: string, offset: number, target: Uint8Array): number {
  try {
    return readFully(access, offset, target);
  } catch (cause) {
    throw new InvalidFileError({ file, offset }, `cannot be read: ${(cause as Error).message}`, { cause });
  }
}
