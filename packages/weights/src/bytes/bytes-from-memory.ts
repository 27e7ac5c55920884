import type { ByteSource } from '@llamella/spec';
import { checkRange } from './check-range.ts';

/**
 * A source over bytes in memory. Reads copy, so that a result stays valid when `bytes` changes later.
 *
 * @param name what errors call the source
 */
export function bytesFromMemory(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(this, offset, length);
      const copy = new Uint8Array(length);
      copy.set(bytes.subarray(offset, offset + length));
      return copy;
    },
  };
}
