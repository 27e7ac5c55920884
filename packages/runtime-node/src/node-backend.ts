import { type Backend, type BackendInfo, type ForwardRequest, LlamellaError } from '@llamella/spec';
import { checkRequest } from './check-request.ts';
import type { KvMemory } from './kv-memory.ts';
import type { HandleStack } from './native/handle-stack.ts';
import type { Handle } from './native/ort-api.ts';
import { returnFreedMemory } from './native/return-freed-memory.ts';
import { NodeKvStorage } from './node-kv-storage.ts';
import type { Step, StepContext } from './step.ts';
import { StepCache } from './step-cache.ts';

/** What a backend is made of. It takes `handles` over. */
export interface NodeBackendParts extends StepContext {
  readonly device: string;
  readonly handles: HandleStack;
  /** Weights that the session reads where they lie. */
  readonly mapped: Disposable | undefined;
  readonly runOptions: Handle;
  readonly memory: KvMemory;
  readonly slots: number;
  /** Positions of the KV cache at first. */
  readonly capacity: number;
}

const noLogits = new Float32Array(0);

/** A session with its KV cache. Steps and growths are queued: one at a time, in the order of the calls. */
export class NodeBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: NodeKvStorage;
  readonly #parts: NodeBackendParts;
  readonly #steps: StepCache;
  #lastWork: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(parts: NodeBackendParts) {
    const { graph } = parts;
    this.#parts = parts;
    this.storage = new NodeKvStorage(parts.memory, graph, parts, (work) => this.#exclusive(work));
    this.#steps = new StepCache(parts, this.storage);
    this.info = {
      device: parts.device,
      vocabularySize: graph.vocabularySize,
      contextLength: graph.contextLength,
      prefillChunk: graph.prefillChunk,
    };
  }

  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    return this.#exclusive(async () => {
      signal?.throwIfAborted();
      const { slot, position, tokens, logits } = request;
      checkRequest(request, {
        vocabularySize: this.info.vocabularySize,
        capacity: this.storage.capacity,
      });
      const rows = logits === 'all' ? tokens.length : 1;
      const step = this.#steps.get(slot, { tokens: tokens.length, rows });
      step.prepare(tokens, position, tokens.length - rows);
      await this.#run(step, signal);
      return logits === 'none' ? noLogits : step.logits;
    });
  }

  /** Waits for the work under way, then releases everything. Calling it again does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) {
      await this.#lastWork;
      return;
    }
    this.#disposed = true;
    this.#lastWork = this.#lastWork.then(() => {
      this.#steps.release();
      this.storage.release();
      this.#parts.handles.release();
      this.#parts.mapped?.[Symbol.dispose]();
      returnFreedMemory();
    });
    await this.#lastWork;
  }

  async #run(step: Step, signal: AbortSignal | undefined): Promise<void> {
    const { api, session, runOptions } = this.#parts;
    const terminate = () => api.check('RunOptionsSetTerminate', runOptions);
    signal?.addEventListener('abort', terminate, { once: true });
    try {
      await api.checkAsync('RunWithBinding', session, runOptions, step.binding);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', terminate);
      if (signal?.aborted) api.check('RunOptionsUnsetTerminate', runOptions);
    }
    signal?.throwIfAborted();
  }

  /** Runs one piece of work at a time, in the order of the calls. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new LlamellaError('disposed', 'the backend was disposed'));
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }
}
