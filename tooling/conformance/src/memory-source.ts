import { type ByteSource, InvalidArgumentError, LlamellaError } from '@llamella/spec';

/** A source over bytes in memory. */
export function createMemorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  let closed = false;
  return {
    name,
    size: bytes.length,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (closed) throw new LlamellaError('disposed', `${name} was read after it was closed`);
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > bytes.length) {
        throw new InvalidArgumentError(
          'offset',
          `must be an integer from 0 to ${bytes.length}, not ${offset}`,
        );
      }
      if (!Number.isSafeInteger(length) || length < 0 || offset + length > bytes.length) {
        throw new InvalidArgumentError(
          'length',
          `${length} bytes at ${offset} are not inside ${bytes.length} bytes`,
        );
      }
      return bytes.slice(offset, offset + length);
    },
    async close() {
      closed = true;
    },
  };
}
