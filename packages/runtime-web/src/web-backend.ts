import {
  type Backend,
  type BackendInfo,
  type ForwardRequest,
  type GraphInterface,
  LlamellaError,
} from '@llamella/spec';
import { abortable } from './abortable.ts';
import { checkRequest } from './check-request.ts';
import { WebKvStorage } from './web-kv-storage.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** What a backend is made of. It takes `channel` over. */
export interface WebBackendParts {
  readonly channel: WorkerChannel;
  readonly graph: GraphInterface;
  readonly device: string;
  readonly threads: number;
  readonly slots: number;
  readonly capacity: number;
}

/** A session in a worker. Steps and growths are queued: one at a time, in the order of the calls. */
export class WorkerBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: WebKvStorage;
  readonly threads: number;
  readonly #channel: WorkerChannel;
  #lastWork: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor({ channel, graph, device, threads, slots, capacity }: WebBackendParts) {
    this.#channel = channel;
    this.threads = threads;
    this.storage = new WebKvStorage(graph, slots, capacity, (check, request) =>
      this.#exclusive(async () => {
        if (check()) await channel.call('grow', request);
      }),
    );
    this.info = {
      device,
      vocabularySize: graph.vocabularySize,
      contextLength: graph.contextLength,
      prefillChunk: graph.prefillChunk,
    };
  }

  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    const step = this.#exclusive(async () => {
      signal?.throwIfAborted();
      const { slots, capacity } = this.storage;
      checkRequest(request, { vocabularySize: this.info.vocabularySize, slots, capacity });
      const { slot, position, tokens, logits } = request;
      return this.#channel.call('forward', { slot, position, tokens: tokens.slice(), logits });
    });
    // The worker cannot be interrupted in a step. It goes on, and the next step waits for it.
    return abortable(step, signal);
  }

  /** Waits for the work under way, then ends the worker. Calling it again does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#disposed) {
      this.#disposed = true;
      this.#lastWork = this.#lastWork.then(() => this.#channel.close());
    }
    await this.#lastWork;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new LlamellaError('disposed', 'the backend was disposed'));
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }
}
