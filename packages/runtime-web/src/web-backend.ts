import {
  asyncDispose,
  type Backend,
  type BackendInfo,
  type ForwardRequest,
  type GraphInterface,
  LlamellaError,
} from '@llamella/spec';
import { abortable } from './abortable.ts';
import { checkRequest } from './check-request.ts';
import { MOST_TOP } from './gpu-top.ts';
import { SOFTWARE_CHUNK } from './software-chunk.ts';
import { WebKvStorage } from './web-kv-storage.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** What a backend is made of. It takes `channel` over. */
export interface WebBackendParts {
  readonly channel: WorkerChannel;
  readonly graph: GraphInterface;
  readonly device: string;
  readonly threads: number;
  readonly software: boolean;
  readonly slots: number;
  readonly capacity: number;
}

/** A session in a worker. Steps and growths are queued: one at a time, in the order of the calls. */
export class WorkerBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: WebKvStorage;
  readonly threads: number;
  readonly notes: readonly string[];
  readonly lost: Promise<string>;
  readonly #channel: WorkerChannel;
  #lastWork: Promise<unknown> = Promise.resolve();
  #disposed = false;
  #row: Float32Array | undefined;

  constructor({ channel, graph, device, threads, software, slots, capacity }: WebBackendParts) {
    this.#channel = channel;
    this.threads = threads;
    this.notes = channel.notes;
    this.lost = channel.lost;
    this.storage = new WebKvStorage(graph, slots, capacity, (check, request) =>
      this.#exclusive(async () => {
        if (check()) await channel.call('grow', request);
      }),
    );
    this.info = {
      device,
      vocabularySize: graph.vocabularySize,
      contextLength: graph.contextLength,
      ...(device === 'webgpu' && { mostTopLogits: Math.min(MOST_TOP, graph.vocabularySize) }),
      prefillChunk: software ? Math.min(graph.prefillChunk, SOFTWARE_CHUNK) : graph.prefillChunk,
    };
  }

  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    const step = this.#exclusive(async () => {
      signal?.throwIfAborted();
      const { slots, capacity } = this.storage;
      const { vocabularySize, mostTopLogits } = this.info;
      checkRequest(request, { vocabularySize, slots, capacity, mostTopLogits });
      const { slot, position, tokens, logits } = request;
      const sent = { slot, position, tokens: tokens.slice(), logits };
      const values = await this.#channel.call('forward', sent);
      return typeof logits === 'object' ? this.#spread(values) : values;
    });
    // The worker cannot be interrupted in a step. It goes on, and the next step waits for it.
    return abortable(step, signal);
  }

  /** Waits for the work under way, then ends the worker. Calling it again does nothing. */
  async [asyncDispose](): Promise<void> {
    if (!this.#disposed) {
      this.#disposed = true;
      this.#lastWork = this.#lastWork.then(() => this.#channel.close());
    }
    await this.#lastWork;
  }

  /** @param found float32 `[2, top]`: logits, and the bits of their ids as uint32 */
  #spread(found: Float32Array<ArrayBuffer>): Float32Array {
    this.#row ??= new Float32Array(this.info.vocabularySize);
    const row = this.#row.fill(Number.NEGATIVE_INFINITY);
    const ids = new Uint32Array(found.buffer, found.byteLength / 2);
    for (const [at, id] of ids.entries()) row[id] = found[at]!;
    return row;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new LlamellaError('disposed', 'the backend was disposed'));
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }
}
