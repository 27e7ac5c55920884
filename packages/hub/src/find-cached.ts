import { LlamellaError } from '@llamella/spec';
import { type CachedFile, cachedCommit, cachedFiles, hubLayout } from './cached-repository.ts';
import { chooseFiles } from './choose-files.ts';
import type { HubContext } from './hub-context.ts';
import { baseName } from './model-groups.ts';
import { describePulled, type PulledModel } from './pulled-model.ts';
import { formatReference, type HubReference } from './reference.ts';

/**
 * Finds what a reference to the Hub means among the files in the cache, whoever put them there, without asking a
 * server.
 *
 * @returns `undefined` when it is not there, or not all of it
 */
export async function findCachedHub(
  reference: HubReference,
  { platform }: Pick<HubContext, 'platform'>,
): Promise<PulledModel | undefined> {
  const { storage, memoryBytes } = platform;
  const { repository, revision, selection } = reference;
  const layout = hubLayout(repository);
  const commit = await cachedCommit(storage, layout, revision);
  if (commit === undefined) return undefined;
  const files = await cachedFiles(storage, layout, commit);
  try {
    const chosen = chooseFiles(files, selection, memoryBytes, formatReference({ repository, revision }));
    const isTooEarly =
      chosen.group === undefined && selection !== undefined && !files.some(({ path }) => path === selection);
    // Which files a folder or a pattern has on the Hub is not known here.
    if (isTooEarly) return undefined;
    const isFolder = chosen.group !== undefined && chosen.group.format !== 'gguf';
    if (isFolder && !chosen.files.some(({ path }) => baseName(path).startsWith('tokenizer')))
      return undefined;
    await Promise.all((chosen.files as CachedFile[]).map(({ blob }) => storage.touch(blob)));
    const place = { storage, layout, commit };
    return describePulled(formatReference(reference), chosen, place, 0);
  } catch (error) {
    if (LlamellaError.isInstance(error) && error.code !== 'invalid-file') return undefined;
    throw error;
  }
}
