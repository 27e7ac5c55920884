import { createNodeBackend, type NodeBackendOptions } from '@llamella/runtime-node';
import { asyncDispose, type Backend, type Checkpoint, type GraphPlan, type OnProgress } from '@llamella/spec';
import { type CacheEntry, findEntry } from './cache-entry.ts';
import { packedCacheKey } from './cache-key.ts';
import type { PackedCacheSettings } from './cache-settings.ts';
import type { PackedBackend } from './compose-model.ts';
import type { OpenedModel } from './opened-model.ts';
import { packWeights } from './pack-weights.ts';
import { addEntry, isDiskRefusal } from './packed-cache.ts';
import { packTemporarily } from './temporary-weights.ts';

/** What `createPackedBackend` is made with. */
export interface PackedBackendOptions {
  readonly backend: NodeBackendOptions;
  readonly cache: PackedCacheSettings;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Weights of fewer bytes are packed in memory where the cache has no place for them. */
const WORTH_A_FILE = 600e6;

/**
 * Packs the weights of a graph and compiles it. All but the smallest are packed into a file and mapped from there, so that
 * memory holds them once, in the form that the runtime made of them: the file is an entry of the cache, which the next
 * load finds. Where the cache is off or has no room, large weights are packed into a temporary file, others in memory;
 * so are large ones where there is no room for a file at all.
 *
 * An entry that is found is read in full and checked while the graph is compiled; a damaged one is removed and packed
 * anew.
 *
 * @param model its `files` are those with the weights
 * @throws whatever reading, packing and `createNodeBackend` throw
 * @throws `signal.reason` when aborted
 */
export async function createPackedBackend(
  plan: GraphPlan,
  model: Pick<OpenedModel, 'checkpoint' | 'files' | 'location'>,
  options: PackedBackendOptions,
): Promise<PackedBackend> {
  const { cache } = options;
  if (plan.externalByteLength < cache.minimumBytes) return packInMemory(plan, model.checkpoint, options);
  const cached = cache.enabled ? await useCache(plan, model, options) : undefined;
  if (cached) return cached;
  const isLarge = plan.externalByteLength >= WORTH_A_FILE;
  const temporary = isLarge ? await packTemporarily(plan, model, options) : undefined;
  if (temporary === undefined) return packInMemory(plan, model.checkpoint, options);
  const made = await useFile(plan, temporary, options, () => temporary.remove());
  // What is mapped stays, but on Windows, where it is removed in the end.
  if (process.platform !== 'win32') await temporary.remove();
  return made;
}

/** @returns nothing where there can be no entry */
async function useCache(
  plan: GraphPlan,
  model: Pick<OpenedModel, 'checkpoint' | 'files' | 'location'>,
  options: PackedBackendOptions,
): Promise<PackedBackend | undefined> {
  const { folder, maximumBytes } = options.cache;
  const { onProgress, signal } = options;
  const key = await packedCacheKey(plan, model.checkpoint, model.files, { folder, onProgress, signal });
  if (key === undefined) return undefined;
  const found = await findEntry(folder, key, plan);
  const loaded = found && (await loadEntry(plan, found, options));
  if (loaded) return loaded;
  const added = await addEntry({ folder, maximumBytes, key, plan, model, onProgress, signal });
  return added && useFile(plan, added, options, () => added.release());
}

async function packInMemory(
  plan: GraphPlan,
  checkpoint: Checkpoint,
  { onProgress, signal, backend: backendOptions }: PackedBackendOptions,
): Promise<PackedBackend> {
  const errors = new Map<string, number>();
  const weights = await packWeights(plan, checkpoint, { onProgress, signal, errors });
  onProgress?.({ phase: 'compile', loaded: 0, total: 1 });
  const backend = await createNodeBackend(plan, weights, backendOptions).finally(() =>
    weights.buffer.transfer(0),
  );
  return { backend, errors };
}

/** @returns nothing when the entry turned out to be damaged; it is then removed */
async function loadEntry(
  plan: GraphPlan,
  entry: CacheEntry,
  options: PackedBackendOptions,
): Promise<PackedBackend | undefined> {
  const { signal, onProgress } = options;
  const [verified, created] = await Promise.allSettled([
    entry.verify({ signal, onProgress }),
    useFile(plan, entry, options, () => entry.release()),
  ]);
  if (verified.status === 'fulfilled' && verified.value) {
    if (created.status === 'fulfilled') return created.value;
    throw created.reason;
  }
  if (created.status === 'fulfilled') await created.value.backend[asyncDispose]();
  signal?.throwIfAborted();
  if (verified.status === 'rejected' && !isUnreadable(verified.reason)) throw verified.reason;
  await entry.remove();
  return undefined;
}

function isUnreadable(error: unknown): boolean {
  return isDiskRefusal(error) || (error as { code?: string }).code === 'invalid-file';
}

/** @param release called when the backend is disposed, or cannot be made */
async function useFile(
  plan: GraphPlan,
  { path, errors }: Pick<CacheEntry, 'path' | 'errors'>,
  { backend: backendOptions, onProgress }: PackedBackendOptions,
  release: () => Promise<void>,
): Promise<PackedBackend> {
  try {
    onProgress?.({ phase: 'compile', loaded: 0, total: 1 });
    const backend = await createNodeBackend(plan, { path }, backendOptions);
    return { backend: withRelease(backend, release), errors };
  } catch (error) {
    await release();
    throw error;
  }
}

function withRelease(backend: Backend, release: () => Promise<void>): Backend {
  return {
    info: backend.info,
    storage: backend.storage,
    forward: (request, signal) => backend.forward(request, signal),
    async [asyncDispose]() {
      await backend[asyncDispose]();
      await release();
    },
  };
}
