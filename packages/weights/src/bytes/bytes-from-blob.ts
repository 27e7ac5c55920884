import { type ByteSource, InvalidFileError } from '@llamella/spec';
import { checkRange } from './check-range.ts';

/**
 * A source over a `Blob`, such as a `File` chosen in a browser. Only the ranges that are read are loaded.
 *
 * @param name what errors call the source
 */
export function bytesFromBlob(blob: Blob, name: string): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(this, offset, length);
      let bytes: ArrayBuffer;
      try {
        bytes = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (cause) {
        throw new InvalidFileError(
          { file: name, offset },
          'could not be read; was the file changed or moved?',
          {
            cause,
          },
        );
      }
      signal?.throwIfAborted();
      if (bytes.byteLength !== length) {
        throw new InvalidFileError(
          { file: name, offset },
          `${length} bytes asked for, ${bytes.byteLength} read`,
        );
      }
      return new Uint8Array(bytes);
    },
  };
}
