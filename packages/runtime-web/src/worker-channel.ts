import { type ErrorCode, InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { WorkerAnswer, WorkerCalls } from './messages.ts';

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Asks a worker and waits for its answers. */
export class WorkerChannel {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: LlamellaError | undefined;
  /** Resolves with the reason when the worker, or what it computes on, is gone without having been closed. */
  readonly lost: Promise<string>;
  /** What the worker told about what does not run as it was meant to. */
  readonly notes: string[] = [];
  #tellLost!: (reason: string) => void;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      if ('lost' in data) {
        this.#tellLost(data.lost);
        return;
      }
      if ('note' in data) {
        this.notes.push(data.note);
        return;
      }
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('error' in data) waiting?.reject(new LlamellaError(data.error.code, data.error.message));
      else waiting?.resolve(data.result as never);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.#fail('backend', `the worker failed: ${event.message || 'its program could not be loaded'}`);
    };
    worker.onmessageerror = () => this.#fail('backend', 'an answer of the worker could not be read');
  }

  /** @throws {LlamellaError} what the worker answered, or `backend` when it ended */
  call<K extends keyof WorkerCalls>(
    call: K,
    argument: Parameters<WorkerCalls[K]>[0],
    transfer: Transferable[] = [],
  ): Promise<ReturnType<WorkerCalls[K]>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ id, call, argument }, transfer);
      } catch (cause) {
        this.#waiting.delete(id);
        reject(new InvalidArgumentError(call, `cannot be sent to a worker: ${String(cause)}`, { cause }));
      }
    });
  }

  /** Ends the worker and with it all that it holds. */
  close(): void {
    this.#fail('disposed', 'the backend was disposed');
    this.#worker.terminate();
  }

  #fail(code: ErrorCode, message: string): void {
    this.#failure ??= new LlamellaError(code, message);
    if (code !== 'disposed') this.#tellLost(message);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
