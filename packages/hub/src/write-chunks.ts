import { HttpError } from './http-error.ts';
import type { StoredFile } from './platform.ts';

const batchBytes = 256 * 1024;
const batchMilliseconds = 50;

/**
 * Writes a stream to bytes `start` to `end`, `end` excluded, in batches of 256 KiB or 50 ms, since a write for each
 * packet is slow. What came before the stream failed is written too.
 *
 * @param onWritten told the position after each batch; the next one waits for it
 * @throws {HttpError} transient when more comes; the bytes up to `end` are written
 */
export async function writeChunks(
  chunks: AsyncIterable<Uint8Array>,
  file: StoredFile,
  start: number,
  end: number,
  onWritten: (position: number) => Promise<void>,
): Promise<void> {
  const batch = new Uint8Array(Math.min(batchBytes, end - start));
  let filled = 0;
  let position = start;
  let writtenAt = performance.now();
  const write = async (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    await file.write(position, bytes);
    position += bytes.length;
    writtenAt = performance.now();
    await onWritten(position);
  };
  const flush = async () => {
    const bytes = batch.subarray(0, filled);
    filled = 0;
    await write(bytes);
  };
  try {
    for await (const chunk of chunks) {
      const room = end - position - filled;
      const bytes = chunk.subarray(0, room);
      if (bytes.length > batch.length - filled) await flush();
      if (bytes.length >= batch.length) await write(bytes);
      else {
        batch.set(bytes, filled);
        filled += bytes.length;
      }
      if (filled === batch.length || performance.now() - writtenAt > batchMilliseconds) await flush();
      if (chunk.length > room) {
        throw new HttpError('network', 'more bytes came than the server announced', { isTransient: true });
      }
    }
  } finally {
    await flush();
  }
}
