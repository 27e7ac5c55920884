import {
  createWebBackend,
  type WebBackend,
  type WebBackendOptions,
  type WeightsSource,
} from '@llamella/runtime-web';
import { asyncDispose, type GraphPlan, type OnProgress } from '@llamella/spec';
import type { PackedBackend } from '../compose-model.ts';
import { hasStorage } from './has-storage.ts';
import type { LoadRequest } from './messages.ts';
import type { FoundModel } from './open-reference.ts';
import { packStream } from './pack-stream.ts';
import { packedKey } from './packed-key.ts';
import { createPackedStore, type PackedEntry, type PackedPieces, type PackedStore } from './packed-store.ts';
import { worthKeeping } from './worth-keeping.ts';

/** Of one backend. */
export interface StreamedBackendOptions {
  readonly device: 'webgpu' | 'wasm';
  /** Positions of the cache at first. */
  readonly capacity?: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

type Packed = PackedBackend<WebBackend>;

/** More than this is not held in JavaScript's memory as a whole, not even while it is compiled. */
const MOST_IN_MEMORY = 800e6;

/**
 * Makes a backend from weights that were packed earlier, or packs them: into a file from which the runtime reads one
 * constant after the other, where they are worth keeping or large, else piece by piece into the runtime. Packed weights
 * are checked while they are compiled; damaged ones are removed and packed anew.
 */
export async function createStreamedBackend(
  plan: GraphPlan,
  { opened, reference, content }: FoundModel,
  request: LoadRequest,
  options: StreamedBackendOptions,
): Promise<Packed> {
  const { signal, onProgress } = options;
  const { checkpoint } = opened;
  const create = (weights: WeightsSource) => createWebBackend(plan, weights, webOptions(request, options));
  const pack = (): PackedPieces & { readonly errors: Map<string, number> } => {
    const errors = new Map<string, number>();
    return { pieces: packStream(plan, checkpoint, { signal, onProgress, errors }), errors };
  };
  const compileFile = async ({ file, errors }: PackedEntry): Promise<Packed> => {
    onProgress({ phase: 'compile', loaded: 0, total: 1 });
    return { backend: await create(file), errors };
  };
  const stored = request.cache && worthKeeping(plan, checkpoint) ? content : undefined;
  if (stored !== undefined) {
    const store = createPackedStore();
    const key = await packedKey(plan, checkpoint, stored);
    const found = await store.find(key, plan).catch(() => undefined);
    const loaded = found && (await loadFound(found, create, options));
    if (loaded !== undefined) return loaded;
    if (found !== undefined) await removeQuietly(store, key);
    const written = await store.write(key, reference!, plan, pack());
    if (written !== undefined) return compileFile(written);
  } else if (plan.externalByteLength > MOST_IN_MEMORY && (await hasStorage())) {
    const store = createPackedStore();
    const key = `temporary-${crypto.randomUUID()}`;
    try {
      const written = await store.write(key, '', plan, pack());
      if (written !== undefined) return await compileFile(written);
    } finally {
      await removeQuietly(store, key);
    }
  }
  const { pieces, errors } = pack();
  return { backend: await create(reportEnd(pieces, onProgress)), errors };
}

/** @returns nothing when what was packed is not what it was */
async function loadFound(
  found: PackedEntry,
  create: (weights: WeightsSource) => Promise<WebBackend>,
  { signal, onProgress }: StreamedBackendOptions,
): Promise<Packed | undefined> {
  const verified = found.verify(onProgress, signal).then((isWhole) => {
    if (isWhole) onProgress({ phase: 'compile', loaded: 0, total: 1 });
    return isWhole;
  });
  const [checked, created] = await Promise.allSettled([verified, create(found.file)]);
  if (checked.status === 'fulfilled' && checked.value) {
    if (created.status === 'fulfilled') return { backend: created.value, errors: found.errors };
    throw created.reason;
  }
  if (created.status === 'fulfilled') await created.value[asyncDispose]();
  signal.throwIfAborted();
  return undefined;
}

async function removeQuietly(store: PackedStore, key: string): Promise<void> {
  await store.remove(key).catch(() => undefined);
}

function webOptions(request: LoadRequest, options: StreamedBackendOptions): WebBackendOptions {
  const { device, capacity, signal } = options;
  const { threads, slots, wasmPaths, runtimeWorker } = request;
  return {
    device,
    signal,
    ...(threads !== undefined && { threads }),
    ...(slots !== undefined && { slots }),
    ...(capacity !== undefined && { initialCapacity: capacity }),
    ...(wasmPaths !== undefined && { wasmPaths }),
    ...(runtimeWorker !== undefined && {
      createWorker: () => new Worker(runtimeWorker, { type: 'module' }),
    }),
  };
}

/** Says that compiling begins when the last piece is there. */
async function* reportEnd<T>(pieces: AsyncIterable<T>, onProgress: OnProgress): AsyncGenerator<T> {
  yield* pieces;
  onProgress({ phase: 'compile', loaded: 0, total: 1 });
}
