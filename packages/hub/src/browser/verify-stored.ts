import { LlamellaError } from '@llamella/spec';
import { cachedCommit, cachedFiles, hubLayout } from '../cached-repository.ts';
import { hasHash } from '../check-hash.ts';
import type { PullOptions } from '../hub.ts';
import type { ContentHash } from '../hub-file.ts';
import { matchFiles } from '../match-files.ts';
import { baseName } from '../model-groups.ts';
import type { HubPlatform } from '../platform.ts';
import { urlLayout } from '../pull-url.ts';
import { parseReference } from '../reference.ts';
import { openStored } from './open-stored.ts';

/** What became of the files of a model; paths in its repository. */
export interface VerifiedFiles {
  /** Have the hash that they should have. */
  readonly intact: readonly string[];
  /** Had not, and were removed. */
  readonly damaged: readonly string[];
  /** Have none to compare with: imports, and those of URLs whose server named none. */
  readonly unknown: readonly string[];
}

/** Compares the files of a model with their hashes, by which they are named in the cache. */
export async function verifyStored(
  text: string,
  platform: HubPlatform,
  { onProgress, signal = new AbortController().signal }: PullOptions,
): Promise<VerifiedFiles> {
  const { storage, files } = await storedFiles(text, platform);
  if (files.length === 0) throw new LlamellaError('not-found', `${text}: nothing of it is in the cache`);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const damaged: string[] = [];
  const intact: string[] = [];
  const unknown: string[] = [];
  let loaded = 0;
  for (const { path, size, blob } of files) {
    const hash = hashOf(baseName(blob));
    if (hash === undefined) {
      unknown.push(path);
      continue;
    }
    let fileLoaded = 0;
    const counts = { fileTotal: size, fileCount: files.length };
    const source = await openStored(storage.location(blob));
    const read = async (offset: number, target: Uint8Array) => {
      target.set(await source.read(offset, target.length, signal));
      return target.length;
    };
    const isRight = await hasHash({ read }, size, hash, platform, signal, (count) => {
      loaded += count;
      fileLoaded += count;
      const filesDone = intact.length + damaged.length + unknown.length;
      onProgress?.({ phase: 'verify', loaded, total, file: path, fileLoaded, filesDone, ...counts });
    }).finally(() => source.close?.());
    (isRight ? intact : damaged).push(path);
    if (!isRight) await storage.remove(blob);
  }
  return { intact, damaged, unknown };
}

async function storedFiles(text: string, platform: HubPlatform) {
  const reference = parseReference(text);
  const isHub = reference.kind === 'hub';
  const storage = isHub ? platform.storage : platform.urlStorage;
  const layout = isHub ? hubLayout(reference.repository) : urlLayout(reference.url, platform);
  const commit = await cachedCommit(storage, layout, isHub ? reference.revision : 'main');
  const all = commit === undefined ? [] : await cachedFiles(storage, layout, commit);
  return { storage, files: matchFiles(all, isHub ? reference.selection : undefined) };
}

function hashOf(key: string): ContentHash | undefined {
  if (/^[0-9a-f]{64}$/.test(key)) return { algorithm: 'sha256', hex: key };
  return /^[0-9a-f]{40}$/.test(key) ? { algorithm: 'git-sha1', hex: key } : undefined;
}
