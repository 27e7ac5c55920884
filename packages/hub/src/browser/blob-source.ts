import { type ByteSource, InvalidFileError, LlamellaError } from '@llamella/spec';
import { checkRangeInside } from './check-range.ts';

/**
 * Random access to a `Blob`, such as a file that the user chose. Only the ranges that are read come into memory.
 *
 * A read throws `InvalidFileError` when the file was changed, moved or removed since it was chosen.
 *
 * @param name what errors call it; default: the name of the file
 */
export function blobSource(blob: Blob, name = 'name' in blob ? String(blob.name) : 'blob'): ByteSource {
  const { size } = blob;
  let isClosed = false;
  return {
    name,
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw new LlamellaError('disposed', `${name}: read after it was closed`);
      checkRangeInside(name, size, offset, length);
      let bytes: ArrayBuffer;
      try {
        bytes = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (cause) {
        throw changed(name, offset, cause);
      }
      signal?.throwIfAborted();
      if (bytes.byteLength !== length) throw changed(name, offset);
      return new Uint8Array(bytes);
    },
    async close() {
      isClosed = true;
    },
  };
}

function changed(file: string, offset: number, cause?: unknown): InvalidFileError {
  const problem =
    'cannot be read: the file was changed, moved or removed since it was opened; choose it again';
  return new InvalidFileError({ file, offset }, problem, { cause });
}
