import { type CacheLayout, cacheLayout, repositoryFolder } from './cache-layout.ts';
import { fileNameProblem } from './file-names.ts';
import type { HubFile } from './hub-file.ts';
import type { HubStorage } from './platform.ts';

const deepestFolder = 16;
const commitPattern = /^[0-9a-f]{40}$/;

/** A file of a snapshot in the cache. */
export interface CachedFile extends HubFile {
  /** Path in the storage of what holds the bytes: the blob, or the file itself where links are not possible. */
  readonly blob: string;
  readonly accessed: number;
  readonly modified: number;
}

/** The commit that a branch, a tag or a commit means in the cache; `undefined` when it was never downloaded. */
export async function cachedCommit(
  storage: HubStorage,
  layout: CacheLayout,
  revision: string,
): Promise<string | undefined> {
  const bytes = await storage.readFile(layout.ref(revision), 1024);
  const commit = bytes === undefined ? revision : new TextDecoder().decode(bytes).trim();
  if (!commitPattern.test(commit)) return undefined;
  return (await storage.stat(layout.snapshot(commit)))?.isFolder ? commit : undefined;
}

/** All files of a snapshot whose bytes are there. Names that are no safe paths are left out. */
export async function cachedFiles(
  storage: HubStorage,
  layout: CacheLayout,
  commit: string,
): Promise<CachedFile[]> {
  const root = layout.snapshot(commit);
  const files: CachedFile[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const name of await storage.list(folder === '' ? root : `${root}/${folder}`)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (fileNameProblem(path) !== undefined) continue;
      const place = `${root}/${path}`;
      const target = await storage.readLink(place);
      const item = await storage.stat(place);
      if (item === undefined) continue;
      if (!item.isFolder) {
        const { size, accessed, modified } = item;
        files.push({ path, size, accessed, modified, blob: target ?? place });
      } else if (!item.isLink && depth < deepestFolder) await visit(path, depth + 1);
    }
  };
  await visit('', 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Commits of a repository that have a snapshot, with the branches and tags that lead to them. */
export async function cachedCommits(
  storage: HubStorage,
  layout: CacheLayout,
): Promise<Map<string, string[]>> {
  const commits = new Map<string, string[]>();
  for (const name of await storage.list(`${layout.folder}/snapshots`)) {
    if (commitPattern.test(name)) commits.set(name, []);
  }
  const visit = async (folder: string, prefix: string, depth: number): Promise<void> => {
    for (const name of await storage.list(folder)) {
      const path = `${folder}/${name}`;
      if ((await storage.stat(path))?.isFolder) {
        if (depth < 4) await visit(path, `${prefix}${name}/`, depth + 1);
        continue;
      }
      const commit = await cachedCommit(storage, layout, `${prefix}${name}`);
      if (commit !== undefined) commits.get(commit)?.push(`${prefix}${name}`);
    }
  };
  await visit(`${layout.folder}/refs`, '', 0);
  return commits;
}

/** Paths of a repository on the Hub. */
export function hubLayout(repository: string): CacheLayout {
  return cacheLayout(repositoryFolder(repository));
}
