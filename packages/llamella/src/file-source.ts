import { open } from 'node:fs/promises';
import { type ByteSource, InvalidArgumentError, InvalidFileError, LlamellaError } from '@llamella/spec';

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
  const status = await file.stat();
  if (!status.isFile()) {
    await file.close();
    throw new InvalidFileError({ file: path }, 'is not a file');
  }
  const size = status.size;
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
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) {
          throw new InvalidFileError({ file: path, offset: offset + filled }, 'the file became shorter');
        }
        filled += bytesRead;
        signal?.throwIfAborted();
      }
      return bytes;
    },
    close: () => file.close(),
  };
}
