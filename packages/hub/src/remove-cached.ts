import { LlamellaError } from '@llamella/spec';
import { type CacheLayout, keyOfPartial } from './cache-layout.ts';
import { type CachedFile, cachedCommit, cachedCommits, cachedFiles, hubLayout } from './cached-repository.ts';
import { matchFiles } from './match-files.ts';
import type { HubPlatform, HubStorage } from './platform.ts';
import { urlLayout } from './pull-url.ts';
import { parseReference } from './reference.ts';

/** What was removed. */
export interface RemovedModel {
  /** What was asked for. */
  readonly reference: string;
  /** Paths in the repository. */
  readonly files: readonly string[];
  /** Bytes of the disk that are free again; those that another revision still needs are kept. */
  readonly freedBytes: number;
}

/**
 * Removes what a reference means from the cache: of all revisions, unless it names one. Without a selection that is
 * the whole repository, with downloads that did not end.
 *
 * @throws {LlamellaError} `not-found` when nothing of it is there
 */
export async function removeCached(
  text: string,
  platform: HubPlatform,
  signal: AbortSignal,
): Promise<RemovedModel> {
  const reference = parseReference(text);
  const isHub = reference.kind === 'hub';
  const storage = isHub ? platform.storage : platform.urlStorage;
  const layout = isHub ? hubLayout(reference.repository) : urlLayout(reference.url, platform);
  const selection = isHub ? reference.selection : undefined;
  const all = await cachedCommits(storage, layout);
  const oneRevision = isHub && /^hf:[^@:]*@/i.test(text);
  const commit = oneRevision ? await cachedCommit(storage, layout, reference.revision) : undefined;
  const commits = oneRevision ? (commit === undefined ? [] : [commit]) : [...all.keys()];
  const doomed: { commit: string; file: CachedFile }[] = [];
  const kept = new Set<string>();
  for (const each of all.keys()) {
    signal.throwIfAborted();
    const files = await cachedFiles(storage, layout, each);
    const chosen = new Set(commits.includes(each) ? matchFiles(files, selection) : []);
    for (const file of files) {
      if (chosen.has(file)) doomed.push({ commit: each, file });
      else kept.add(file.blob);
    }
  }
  const removesAll = selection === undefined && !oneRevision;
  const partials = removesAll ? await partialFiles(storage, layout) : [];
  const isThere = doomed.length > 0 || partials.length > 0 || (removesAll && all.size > 0);
  if (!isThere) throw new LlamellaError('not-found', `${text}: nothing of it is in the cache`);
  let freedBytes = 0;
  const blobs = new Map(doomed.map(({ file }) => [file.blob, file.size]));
  for (const [path, size] of [...blobs, ...partials]) {
    // A link to the blob of another repository does not make it this one's.
    if (kept.has(path) || !path.startsWith(`${layout.folder}/`)) continue;
    freedBytes += size;
    await storage.remove(path);
  }
  // After the blobs, of which one that is in use cannot be removed.
  for (const { commit: each, file } of doomed) await storage.remove(`${layout.snapshot(each)}/${file.path}`);
  if (removesAll) await removeTree(storage, layout.folder);
  else await tidy(storage, layout, all);
  return { reference: text, files: [...new Set(doomed.map(({ file }) => file.path))], freedBytes };
}

async function partialFiles(storage: HubStorage, layout: CacheLayout): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (const name of await storage.list(`${layout.folder}/blobs`)) {
    const path = `${layout.folder}/blobs/${name}`;
    if (keyOfPartial(name) !== undefined) found.push([path, (await storage.stat(path))?.size ?? 0]);
  }
  return found;
}

/** Removes folders without files, and refs to snapshots that are gone. */
async function tidy(
  storage: HubStorage,
  layout: CacheLayout,
  commits: ReadonlyMap<string, readonly string[]>,
) {
  for (const [commit, refs] of commits) {
    await removeEmpty(storage, layout.snapshot(commit));
    if ((await storage.stat(layout.snapshot(commit))) !== undefined) continue;
    for (const ref of refs) await storage.remove(layout.ref(ref));
  }
  for (const name of ['snapshots', 'refs', 'blobs']) await removeEmpty(storage, `${layout.folder}/${name}`);
  await removeEmpty(storage, layout.folder);
}

/** Removes a folder and all folders in it that have no files. */
async function removeEmpty(storage: HubStorage, folder: string): Promise<void> {
  const item = await storage.stat(folder);
  if (!item?.isFolder || item.isLink) return;
  for (const name of await storage.list(folder)) await removeEmpty(storage, `${folder}/${name}`);
  if ((await storage.list(folder)).length === 0) await storage.remove(folder);
}

/** Removes a folder with everything in it; links, not what they lead to. */
export async function removeTree(storage: HubStorage, path: string): Promise<void> {
  const item = await storage.stat(path);
  const names = item?.isFolder && !item.isLink ? await storage.list(path) : [];
  for (const name of names) await removeTree(storage, `${path}/${name}`);
  await storage.remove(path);
}
