import { cacheLayout, keyOfPartial, repositoryOfFolder } from './cache-layout.ts';
import type { CacheContents, CachedModel, PartialDownload } from './cached-model.ts';
import { type CachedFile, cachedCommits, cachedFiles } from './cached-repository.ts';
import { groupModels, type ModelGroup } from './model-groups.ts';
import type { HubPlatform, HubStorage } from './platform.ts';
import { urlOfFolder } from './pull-url.ts';
import { formatReference } from './reference.ts';

/** Looks through the cache, at whatever any program put there. */
export async function listCache(platform: HubPlatform, signal: AbortSignal): Promise<CacheContents> {
  const models: CachedModel[] = [];
  const partials: PartialDownload[] = [];
  let bytes = 0;
  const add = async (
    storage: HubStorage,
    folder: string,
    repository: string | undefined,
    url: string | undefined,
  ) => {
    signal.throwIfAborted();
    const layout = cacheLayout(folder);
    const blobs = new Map<string, number>();
    for (const [commit, refs] of await cachedCommits(storage, layout)) {
      const files = await cachedFiles(storage, layout, commit);
      for (const { blob, size } of files) blobs.set(blob, size);
      models.push(...describeSnapshot(files, commit, refs, repository, url));
    }
    let partialBytes = 0;
    for (const name of await storage.list(`${folder}/blobs`)) {
      if (keyOfPartial(name) === undefined) continue;
      partialBytes += (await storage.stat(`${folder}/blobs/${name}`))?.size ?? 0;
    }
    const reference = url ?? formatReference({ repository: repository!, revision: 'main' });
    if (partialBytes > 0) partials.push({ reference, bytes: partialBytes });
    for (const size of blobs.values()) bytes += size;
    bytes += partialBytes;
  };
  for (const folder of await platform.storage.list('')) {
    const repository = repositoryOfFolder(folder);
    if (repository !== undefined) await add(platform.storage, folder, repository, undefined);
  }
  for (const folder of await platform.urlStorage.list('')) {
    const url = folder.startsWith('urls--') ? await urlOfFolder(folder, platform) : undefined;
    if (url !== undefined) await add(platform.urlStorage, folder, undefined, url);
  }
  const byReference = (a: { reference: string }, b: { reference: string }) =>
    a.reference < b.reference ? -1 : 1;
  return { models: models.sort(byReference), partials: partials.sort(byReference), bytes };
}

/** What the files of a snapshot are: its models, or one entry when there are none. */
export function describeSnapshot(
  files: readonly CachedFile[],
  commit: string,
  refs: readonly string[],
  repository: string | undefined,
  url: string | undefined,
): CachedModel[] {
  if (files.length === 0) return [];
  const groups = groupModels(files);
  const revision = refs.includes('main') ? 'main' : (refs[0] ?? commit);
  const describe = (own: readonly CachedFile[], group: ModelGroup | undefined): CachedModel => ({
    reference: url ?? formatReference({ repository: repository!, revision, ...selectionOf(group, groups) }),
    ...(repository !== undefined && { repository }),
    revision: commit,
    refs,
    ...(group && { format: group.format }),
    ...(group?.quantization !== undefined && { quantization: group.quantization }),
    files: own.map(({ path, size }) => ({ path, bytes: size })),
    bytes: own.reduce((sum, { size }) => sum + size, 0),
    lastUsed: Math.max(...own.map(({ accessed, modified }) => Math.max(accessed, modified))),
    isComplete: (group?.missingParts ?? 0) === 0,
  });
  if (groups.length === 0) return [describe(files, undefined)];
  return groups.map((group) => describe(group.files as CachedFile[], group));
}

function selectionOf(group: ModelGroup | undefined, groups: readonly ModelGroup[]): { selection?: string } {
  if (group === undefined || group.name === '.') return {};
  const { quantization, name } = group;
  const isUnique = groups.filter((other) => other.quantization === quantization).length === 1;
  return { selection: quantization !== undefined && isUnique ? quantization : name };
}
