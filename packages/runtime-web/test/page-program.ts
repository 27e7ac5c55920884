/** Runs in the page: backends by number, for the tests in Node to call. */
import type { ForwardRequest, GraphPlan, LlamellaError } from '@llamella/spec';
import { createWebBackend, describeGpu, type WebBackend, type WebBackendOptions } from '../src/index.ts';

/** What crosses to Node: a value, an error of ours, or that the abort of the caller came through. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly aborted: true }
  | { readonly error: { readonly code: string; readonly message: string; readonly argument?: string } };

/** What is known of a backend in Node. */
export interface Described {
  readonly info: WebBackend['info'];
  readonly threads: number;
  readonly slots: number;
  readonly bytesPerToken: number;
  readonly capacity: number;
}

export interface CreateOptions extends Omit<WebBackendOptions, 'createWorker' | 'signal'> {
  /** Lengths of the pieces that the weights are given in; absent: at once. */
  readonly pieceLength?: number;
  /** In a file of the origin private file system, which someone has alone when `busy`. */
  readonly file?: 'free' | 'busy';
  /** As a `ReadableStream` instead of an iterable. */
  readonly stream?: boolean;
  /** Of a worker's program that is not there. */
  readonly worker?: string;
}

const backends = new Map<number, WebBackend>();
const controllers = new Map<number, AbortController>();

async function answer<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return { aborted: true };
    const { code = 'none', message, argument } = error as LlamellaError & { readonly argument?: string };
    return { error: { code, message, ...(argument !== undefined && { argument }) } };
  }
}

function describe({ info, threads, storage }: WebBackend): Described {
  const { slots, bytesPerToken, capacity } = storage;
  return { info, threads, slots, bytesPerToken, capacity };
}

async function* pieces(weights: Uint8Array, length: number) {
  for (let start = 0; start < weights.length; start += length) yield weights.subarray(start, start + length);
}

/** Writes a file of the origin private file system, which is removed in the end. */
async function store(weights: Uint8Array, busy: boolean) {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle('weights', { create: true });
  const writable = await handle.createWritable();
  await writable.write(weights as Uint8Array<ArrayBuffer>);
  await writable.close();
  // Only a worker can have a file alone.
  const program = `onmessage = async ({ data }) => postMessage(self.held = await data.createSyncAccessHandle() && 1)`;
  const holder = busy ? new Worker(URL.createObjectURL(new Blob([program]))) : undefined;
  if (holder !== undefined) {
    const held = new Promise((resolve) => {
      holder.onmessage = resolve;
    });
    holder.postMessage(handle);
    await held;
  }
  return {
    handle,
    async [Symbol.asyncDispose]() {
      holder?.terminate();
      if (!busy) await folder.removeEntry('weights');
    },
  };
}

const program = {
  create: (
    id: number,
    plan: GraphPlan,
    weights: Uint8Array,
    { pieceLength, stream, file, worker = '/worker.js', ...options }: CreateOptions,
  ) =>
    answer(async () => {
      const iterable = pieceLength === undefined ? weights : pieces(weights, pieceLength);
      const source = stream === true ? new Blob([weights as Uint8Array<ArrayBuffer>]).stream() : iterable;
      await using stored = file === undefined ? undefined : await store(weights, file === 'busy');
      const backend = await createWebBackend(plan, stored?.handle ?? source, {
        wasmPaths: '/onnxruntime-web',
        createWorker: () => new Worker(worker, { type: 'module' }),
        ...options,
      });
      backends.set(id, backend);
      return describe(backend);
    }),
  forward: (id: number, request: ForwardRequest, step: number, aborted: boolean) => {
    const controller = new AbortController();
    if (aborted) controller.abort();
    controllers.set(step, controller);
    const { signal } = controller;
    return answer(() => backends.get(id)!.forward(request, signal), signal);
  },
  notes: (id: number) => backends.get(id)!.notes,
  lost: (id: number) => backends.get(id)!.lost,
  describeGpu: () => answer(describeGpu),
  abort: (step: number) => controllers.get(step)?.abort(),
  grow: (id: number, capacity: number, lengths: readonly number[]) =>
    answer(async () => {
      const backend = backends.get(id)!;
      await backend.storage.grow(capacity, lengths);
      return describe(backend);
    }),
  dispose: (id: number) => answer(async () => backends.get(id)![Symbol.asyncDispose]()),
};

/** Of {@link program}. */
export type PageProgram = typeof program;

declare global {
  var backendProgram: PageProgram;
}

globalThis.backendProgram = program;
