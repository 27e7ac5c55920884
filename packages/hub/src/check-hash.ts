import type { DownloadContext } from './download-context.ts';
import type { ContentHash } from './hub-file.ts';
import type { StoredFile } from './platform.ts';

const chunkBytes = 4 * 2 ** 20;

/** Whether the first `size` bytes of a file have a hash. @param onBytes told the number of bytes after each step */
export async function hasHash(
  file: Pick<StoredFile, 'read'>,
  size: number,
  { algorithm, hex }: ContentHash,
  { createHash }: Pick<DownloadContext, 'createHash'>,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<boolean> {
  const hash = createHash(algorithm === 'sha256' ? 'sha256' : 'sha1');
  // What git puts before the content: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
  if (algorithm === 'git-sha1') hash.update(new TextEncoder().encode(`blob ${size}\0`));
  const buffer = new Uint8Array(Math.min(chunkBytes, size));
  for (let offset = 0; offset < size; ) {
    signal.throwIfAborted();
    const count = await file.read(offset, buffer.subarray(0, Math.min(buffer.length, size - offset)));
    if (count === 0) return false;
    hash.update(buffer.subarray(0, count));
    offset += count;
    onBytes(count);
  }
  return hash.digest() === hex;
}
