import { createWebBackend, type WebBackend, type WebBackendOptions } from '@llamella/runtime-web';
import type { GraphPlan, OnProgress } from '@llamella/spec';
import type { PackedBackend } from '../compose-model.ts';
import type { LoadRequest } from './messages.ts';
import type { FoundModel } from './open-reference.ts';
import { packStream } from './pack-stream.ts';
import { packedKey } from './packed-key.ts';
import { createPackedStore, DamagedWeights, type PackedStore } from './packed-store.ts';
import { worthKeeping } from './worth-keeping.ts';

/** Of one backend. */
export interface StreamedBackendOptions {
  readonly device: 'webgpu' | 'wasm';
  /** Positions of the cache at first. */
  readonly capacity?: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Makes a backend from weights that were packed earlier, or packs them piece by piece; what is packed of a stored model is
 * kept on the way. Packed weights that are damaged are removed and packed anew.
 */
export async function createStreamedBackend(
  plan: GraphPlan,
  { opened, reference, content }: FoundModel,
  request: LoadRequest,
  options: StreamedBackendOptions,
): Promise<PackedBackend<WebBackend>> {
  const { signal, onProgress } = options;
  const { checkpoint } = opened;
  const backendOptions = webOptions(request, options);
  const create = async (pieces: AsyncIterable<Uint8Array>): Promise<WebBackend> =>
    createWebBackend(plan, reportEnd(pieces, onProgress), backendOptions);
  const errors = new Map<string, number>();
  const packed = packStream(plan, checkpoint, { signal, onProgress, errors });
  const isKept = request.cache && content !== undefined && worthKeeping(plan, checkpoint);
  const store = isKept ? createPackedStore() : undefined;
  if (store === undefined) return { backend: await create(packed), errors };
  const key = await packedKey(plan, checkpoint, content!);
  const found = await store.find(key, plan).catch(() => undefined);
  if (found !== undefined) {
    try {
      return { backend: await create(found.read(onProgress, signal)), errors: found.errors };
    } catch (error) {
      signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      await removeQuietly(store, key);
    }
  }
  return { backend: await create(store.keep(key, reference!, plan, packed, errors)), errors };
}

/** What was written before is gone or other than it was; everything else would fail again. */
function isDamage(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return (
    error instanceof DamagedWeights || code === 'invalid-file' || code === 'not-found' || code === 'busy'
  );
}

async function removeQuietly(store: PackedStore, key: string): Promise<void> {
  await store.remove(key).catch(() => undefined);
}

function webOptions(
  request: LoadRequest,
  { device, capacity, signal }: StreamedBackendOptions,
): WebBackendOptions {
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
