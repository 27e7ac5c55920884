import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, InvalidArgumentError, InvalidFileError, LlamellaError } from '@llamella/spec';

/** Most bytes of one system call: below the 2 GiB that Node accepts, and soon enough back to see an abort. */
const MAXIMUM_READ = 64 * 2 ** 20;

/**
 * Opens a file for random access. The caller closes it.
 *
 * @throws {LlamellaError} `not-found` when there is no such file
 * @throws {InvalidFileError} when it is not a regular file or cannot be opened
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new LlamellaError('not-found', `${path}: no such file`, { cause });
    throw new InvalidFileError({ file: path }, `cannot be opened: ${cause.message}`, { cause });
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new InvalidFileError({ file: path }, 'is not a file');
    return sourceOf(path, file, status.size);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function sourceOf(path: string, file: FileHandle, size: number): ByteSource {
  return {
    name: path,
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      const inside =
        Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
      if (!inside || length > size - offset) {
        throw new InvalidArgumentError(
          'offset, length',
          `${length} bytes from ${offset} are not inside ${path}, which has ${size} bytes`,
        );
      }
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = await readSome(
          path,
          file,
          bytes.subarray(filled, filled + MAXIMUM_READ),
          offset + filled,
        );
        if (count === 0) {
          throw new InvalidFileError({ file: path, offset: offset + filled }, 'the file became shorter');
        }
        filled += count;
        signal?.throwIfAborted();
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

async function readSome(path: string, file: FileHandle, target: Uint8Array, offset: number): Promise<number> {
  try {
    return (await file.read(target, 0, target.byteLength, offset)).bytesRead;
  } catch (cause) {
    const problem = `could not be read: ${(cause as Error).message}`;
    throw new InvalidFileError({ file: path, offset }, problem, { cause });
  }
}
