import { InvalidFileError, LlamellaError } from '@llamella/spec';
import type { BlobRequest } from './blob-request.ts';
import type { CacheLayout } from './cache-layout.ts';
import { hasHash } from './check-hash.ts';
import type { DownloadContext } from './download-context.ts';
import { fetchRanges } from './fetch-ranges.ts';
import { openJournal } from './journal.ts';
import type { HubStorage } from './platform.ts';

/** How far a blob has come. Both count from 0 to its size, `verified` only where there is a hash. */
export interface BlobProgress {
  readonly phase: 'download' | 'verify';
  readonly loaded: number;
}

/**
 * Brings a file into the cache: takes its lock, goes on where an earlier download stopped, checks its hash, and
 * gives it its name in one step.
 *
 * @param key name of the blob
 * @throws {InvalidFileError} when all bytes came, twice, and were not those of the hash
 * @throws {HttpError} when the server fails or the file changed on it
 */
export async function fetchBlob(
  key: string,
  request: BlobRequest,
  { storage, layout }: { storage: HubStorage; layout: CacheLayout },
  context: DownloadContext,
  outerSignal: AbortSignal,
  onProgress: (progress: BlobProgress) => void,
): Promise<void> {
  const lock = await storage.lock(layout.lock(key), outerSignal);
  const signal = AbortSignal.any([outerSignal, lock.lost]);
  try {
    const blob = layout.blob(key);
    const found = await storage.stat(blob);
    if (found !== undefined && !found.isFolder && found.size === request.size) return;
    const isRight = () =>
      fetchOnce(layout.partial(key), layout.journal(key), request, storage, context, signal, onProgress);
    if (!(await isRight()) && !(await isRight())) {
      const problem = `the bytes that the server sends do not have the ${request.hash?.algorithm} hash that it names`;
      throw new InvalidFileError({ file: request.name }, problem);
    }
    await storage.rename(layout.partial(key), blob);
    await storage.remove(layout.journal(key));
  } finally {
    await lock.release();
  }
}

/** @returns `false` when the hash is wrong, and everything was thrown away */
async function fetchOnce(
  partial: string,
  journalPath: string,
  request: BlobRequest,
  storage: HubStorage,
  context: DownloadContext,
  signal: AbortSignal,
  onProgress: (progress: BlobProgress) => void,
): Promise<boolean> {
  const isNew = (await storage.stat(partial)) === undefined;
  const isVersioned = request.hash !== undefined || request.validator !== undefined;
  if (!isNew && !isVersioned) await storage.remove(partial);
  if (isNew || !isVersioned) await storage.remove(journalPath);
  const file = await storage.open(partial);
  const journalFile = await storage.open(journalPath);
  let isRight = true;
  try {
    const journal = await openJournal(journalFile, request.size, context.rangeBytes);
    let loaded = journal.present.reduce((sum, bytes) => sum + bytes, 0);
    onProgress({ phase: 'download', loaded });
    const onBytes = (count: number) => {
      loaded += count;
      onProgress({ phase: 'download', loaded });
    };
    await fetchRanges({ request, file, journal, onBytes }, context, signal).catch((error) => {
      throw withMissing(error, request, loaded);
    });
    await file.truncate(request.size);
    if (request.hash !== undefined) {
      let verified = 0;
      isRight = await hasHash(file, request.size, request.hash, context, signal, (count) => {
        verified += count;
        onProgress({ phase: 'verify', loaded: verified });
      });
    }
    if (isRight) await file.sync();
  } finally {
    await Promise.all([file.close(), journalFile.close()]);
  }
  if (!isRight) {
    await storage.remove(journalPath);
    await storage.remove(partial);
  }
  return isRight;
}

/** Says of an error about room how much is needed. */
function withMissing(error: unknown, { name, size }: BlobRequest, loaded: number): unknown {
  if (!LlamellaError.isInstance(error) || error.code !== 'no-space') return error;
  const missing = `what was downloaded stays: ${name} has ${size} bytes, of which ${size - loaded} are still to come`;
  return new LlamellaError('no-space', `${error.message}; ${missing}`, { cause: error });
}
