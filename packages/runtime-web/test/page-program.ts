/** Runs in the page: backends by number, for the tests in Node to call. */
import type { ForwardRequest, GraphPlan, LlamellaError } from '@llamella/spec';
import { createWebBackend, type WebBackend, type WebBackendOptions } from '../src/index.ts';

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

const program = {
  create: (
    id: number,
    plan: GraphPlan,
    weights: Uint8Array,
    { pieceLength, stream, worker = '/worker.js', ...options }: CreateOptions,
  ) =>
    answer(async () => {
      const iterable = pieceLength === undefined ? weights : pieces(weights, pieceLength);
      const source = stream === true ? new Blob([weights as Uint8Array<ArrayBuffer>]).stream() : iterable;
      const backend = await createWebBackend(plan, source, {
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
