import { plainError } from '../worker-error.ts';
import type { CallName, FromWorker, Notice, ToWorker, WorkerCalls } from './messages.ts';

/** Of a worker's global scope. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** What a call has beside its argument. */
export interface CallContext<Event> {
  /** Aborted when the page wants no answer any more. */
  readonly signal: AbortSignal;
  /** Tells the page something; waits while it has much that it did not take yet. */
  tell(event: Event): Promise<void>;
  /** Tells the page about the model, whatever it has asked. */
  notice(notice: Notice): void;
}

/** What the worker does. */
export type ServedCalls = {
  readonly [K in CallName]: (
    argument: WorkerCalls[K]['argument'],
    context: CallContext<WorkerCalls[K]['event']>,
  ) => Promise<WorkerCalls[K]['result']>;
};

/** Events that the page need not have taken before the next one is made: a page that is busy for a while costs no time. */
const EVENTS_AHEAD = 32;

interface Running {
  readonly controller: AbortController;
  ahead: number;
  wake: () => void;
}

/** Lets a worker answer the page. Calls run at the same time. */
export function serveCalls(scope: WorkerScope, calls: ServedCalls): void {
  const running = new Map<number, Running>();
  const start = async (id: number, call: CallName, argument: unknown) => {
    const state: Running = { controller: new AbortController(), ahead: 0, wake: () => {} };
    running.set(id, state);
    const { signal } = state.controller;
    const context: CallContext<unknown> = {
      signal,
      notice: (notice) => scope.postMessage({ notice }),
      async tell(event) {
        if (signal.aborted) return;
        state.ahead++;
        scope.postMessage({ id, event });
        while (state.ahead >= EVENTS_AHEAD && !signal.aborted) {
          await new Promise<void>((resolve) => {
            state.wake = resolve;
          });
        }
      },
    };
    try {
      const work = calls[call] as (argument: unknown, context: CallContext<unknown>) => Promise<unknown>;
      const result = await work(argument, context);
      scope.postMessage({ id, result });
    } catch (error) {
      scope.postMessage({ id, error: plainError(error) });
    } finally {
      running.delete(id);
    }
  };
  scope.onmessage = ({ data }) => {
    if ('call' in data) void start(data.id, data.call, data.argument);
    const state = running.get(data.id);
    if (state === undefined) return;
    if ('abort' in data) state.controller.abort();
    if ('taken' in data) state.ahead -= data.taken;
    state.wake();
  };
}
