import { LlamellaError, type Progress } from '@llamella/spec';
import type { BlobRequest } from './blob-request.ts';
import type { CacheLayout } from './cache-layout.ts';
import type { DownloadContext } from './download-context.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { HubStorage } from './platform.ts';

/** A file to bring into a snapshot. */
export interface WantedFile extends BlobRequest {
  /** Path in the snapshot. */
  readonly path: string;
  /** Name of its blob. */
  readonly key: string;
  /** Whether it may be there only when all others are. */
  readonly comesLast?: boolean;
}

/** How far a download has come: `loaded` and `total` count the bytes of all files. */
export interface PullProgress extends Progress {
  readonly phase: 'download' | 'verify';
  /** The file that moved. */
  readonly file: string;
  /** Bytes of that file: downloaded, or in phase `verify` checked. */
  readonly fileLoaded: number;
  /** Size of that file in bytes. */
  readonly fileTotal: number;
  /** Files in all. */
  readonly fileCount: number;
  /** Files that are ready. */
  readonly filesDone: number;
}

/** Called as a download goes on. */
export type OnPullProgress = (progress: PullProgress) => void;

/** Left free, so that a download does not take the last byte of the disk. */
const reserve = 32 * 2 ** 20;

/**
 * Makes files a part of a snapshot: downloads those that are missing and links all of them. Small files come several
 * at a time, large ones one after the other, each with several connections.
 *
 * @returns bytes that were downloaded
 * @throws {LlamellaError} `no-space` before anything is downloaded, when the disk has not enough room
 */
export async function downloadFiles(
  files: readonly WantedFile[],
  commit: string,
  place: { readonly storage: HubStorage; readonly layout: CacheLayout },
  context: DownloadContext,
  signal: AbortSignal,
  onProgress: OnPullProgress | undefined,
): Promise<number> {
  const { storage, layout } = place;
  const snapshot = layout.snapshot(commit);
  const loadedOf = new Map<string, number>();
  const missing: WantedFile[] = [];
  let needed = 0;
  for (const file of files) {
    const pointer = await storage.stat(`${snapshot}/${file.path}`);
    const isThere = pointer !== undefined && !pointer.isFolder && pointer.size === file.size;
    if (isThere) loadedOf.set(file.path, file.size);
    else {
      missing.push(file);
      const hasBlob = (await storage.stat(layout.blob(file.key)))?.size === file.size;
      needed += hasBlob
        ? 0
        : Math.max(0, file.size - ((await storage.stat(layout.partial(file.key)))?.size ?? 0));
    }
  }
  await checkSpace(storage, needed);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let filesDone = files.length - missing.length;
  let downloaded = 0;
  const fetchFile = async (file: WantedFile): Promise<void> => {
    let known: number | undefined;
    const report = (phase: PullProgress['phase'], fileLoaded: number) => {
      if (phase === 'download') loadedOf.set(file.path, fileLoaded);
      let loaded = 0;
      for (const bytes of loadedOf.values()) loaded += bytes;
      const { name, size: fileTotal } = file;
      onProgress?.({
        phase,
        loaded,
        total,
        file: name,
        fileLoaded,
        fileTotal,
        fileCount: files.length,
        filesDone,
      });
    };
    await fetchBlob(file.key, file, place, context, signal, ({ phase, loaded }) => {
      if (phase === 'download') {
        downloaded += loaded - (known ?? loaded);
        known = loaded;
      }
      report(phase, loaded);
    });
    await storage.link(`${snapshot}/${file.path}`, layout.blob(file.key));
    filesDone++;
    report('download', file.size);
  };
  const isSmall = (file: WantedFile) => file.size <= context.rangeBytes && !file.comesLast;
  await inParallel(missing.filter(isSmall), context.connections, signal, fetchFile);
  const others = missing.filter((item) => !isSmall(item));
  for (const file of others.filter(({ comesLast }) => !comesLast)) await fetchFile(file);
  for (const file of others.filter(({ comesLast }) => comesLast)) await fetchFile(file);
  return downloaded;
}

async function checkSpace(storage: HubStorage, needed: number): Promise<void> {
  const free = needed === 0 ? undefined : await storage.freeBytes();
  if (free === undefined || needed + reserve <= free) return;
  throw new LlamellaError(
    'no-space',
    `${storage.location('')}: ${needed} bytes are to be downloaded and ${free} are free; make room and try again`,
  );
}

/** Runs a task for every item, `count` at a time; the first failure stops the rest before it is thrown. */
async function inParallel<T>(
  items: readonly T[],
  count: number,
  signal: AbortSignal,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
      signal.throwIfAborted();
      await task(item).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
