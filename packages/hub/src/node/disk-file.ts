import type { FileHandle } from 'node:fs/promises';
import type { StoredFile } from '../platform.ts';
import { diskError } from './disk-error.ts';

/** A file of the disk that is open for reading and writing. */
export function openDiskFile(file: FileHandle, place: string): StoredFile {
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw diskError(error, place);
    }
  };
  return {
    async read(offset, target) {
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await guarded(
          file.read(target, filled, target.length - filled, offset + filled),
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    async write(offset, bytes) {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await guarded(
          file.write(bytes, written, bytes.length - written, offset + written),
        );
        written += bytesWritten;
      }
    },
    truncate: (size) => guarded(file.truncate(size)),
    sync: () => guarded(file.sync()),
    close: () => file.close(),
  };
}
