import { type ErrorCode, InvalidArgumentError, LlamellaError } from '@llamella/spec';
import { reviveError } from '../worker-error.ts';
import type { CallName, FromWorker, Notice, ToWorker, WorkerCalls } from './messages.ts';

interface Waiting {
  event(value: unknown): void;
  end(outcome: { readonly result: unknown } | { readonly error: unknown }): void;
}

/** The page's end of a model's worker. */
export class WorkerLink {
  /** Told what happens while nobody asks. */
  onNotice: ((notice: Notice) => void) | undefined;
  /** Told once, why there will be no more answers. */
  onEnd: ((error: LlamellaError) => void) | undefined;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Waiting>();
  #lastId = 0;
  #ended: LlamellaError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('notice' in data) {
        this.onNotice?.(data.notice);
        return;
      }
      const waiting = this.#calls.get(data.id);
      if ('event' in data) {
        waiting?.event(data.event);
        return;
      }
      this.#calls.delete(data.id);
      waiting?.end('error' in data ? { error: reviveError(data.error) } : data);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      const problem = event.message || 'its program could not be loaded';
      this.close('backend', `the worker of the model failed: ${problem}`);
    };
    worker.onmessageerror = () => this.close('backend', 'an answer of the worker could not be read');
  }

  /** Asks, and waits for the answer. @throws `signal.reason` as soon as it is aborted */
  call<K extends CallName>(
    call: K,
    argument: WorkerCalls[K]['argument'],
    {
      signal,
      onEvent,
    }: {
      readonly signal?: AbortSignal | undefined;
      readonly onEvent?: ((event: WorkerCalls[K]['event']) => void) | undefined;
    } = {},
  ): Promise<WorkerCalls[K]['result']> {
    return new Promise((resolve, reject) => {
      const stop = this.#begin(call, argument, signal, {
        event: (value) => {
          onEvent?.(value as never);
          stop.taken();
        },
        end: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result as never)),
      });
    });
  }

  /** Asks, and hands over what the worker tells meanwhile, which runs ahead by a few events. Leaving early stops it. */
  async *stream<K extends CallName>(
    call: K,
    argument: WorkerCalls[K]['argument'],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<WorkerCalls[K]['event'], void, undefined> {
    const events: unknown[] = [];
    let ended: { readonly result: unknown } | { readonly error: unknown } | undefined;
    let wake = () => {};
    const running = this.#begin(call, argument, signal, {
      event: (value) => {
        events.push(value);
        wake();
      },
      end: (outcome) => {
        ended = outcome;
        wake();
      },
    });
    try {
      for (;;) {
        signal?.throwIfAborted();
        if (events.length > 0) {
          running.taken();
          yield events.shift() as never;
        } else if (ended === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if ('error' in ended) throw ended.error;
        else return;
      }
    } finally {
      if (ended === undefined) running.abort();
    }
  }

  /** Ends the worker and all that waits for it. */
  close(code: ErrorCode, message: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new LlamellaError(code, message);
    this.#worker.terminate();
    for (const waiting of [...this.#calls.values()]) waiting.end({ error: this.#ended });
    this.#calls.clear();
    this.onEnd?.(this.#ended);
  }

  #begin(
    call: CallName,
    argument: unknown,
    signal: AbortSignal | undefined,
    waiting: Waiting,
  ): { abort(): void; taken(): void } {
    const id = ++this.#lastId;
    const post = (message: ToWorker) => {
      if (this.#calls.has(id)) this.#worker.postMessage(message);
    };
    const end: Waiting['end'] = (outcome) => {
      signal?.removeEventListener('abort', onAbort);
      waiting.end(outcome);
    };
    const abort = () => {
      signal?.removeEventListener('abort', onAbort);
      post({ id, abort: true });
      this.#calls.delete(id);
    };
    const onAbort = () => {
      abort();
      end({ error: signal!.reason });
    };
    const running = { abort, taken: () => post({ id, taken: 1 }) };
    if (this.#ended !== undefined) {
      end({ error: this.#ended });
    } else if (signal?.aborted) {
      end({ error: signal.reason });
    } else {
      this.#calls.set(id, { event: waiting.event, end });
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        post({ id, call, argument } as ToWorker);
      } catch (cause) {
        this.#calls.delete(id);
        end({
          error: new InvalidArgumentError(call, `cannot be sent to a worker: ${String(cause)}`, { cause }),
        });
      }
    }
    return running;
  }
}
