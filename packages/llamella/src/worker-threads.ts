import { Worker } from 'node:worker_threads';
import { type PlainError, reviveError } from './worker-error.ts';

/** What a worker thread says: that it runs, a result, or why it gave up. */
export type WorkerMessage<Result> =
  | { readonly ready: true }
  | { readonly result: Result }
  | { readonly error: PlainError };

/** A worker could not begin: its file is not where it should be, as in a bundle, or what it needs is not there. */
export class WorkerUnavailable extends Error {}

/**
 * Runs a program of this package in several threads with the same data, until all have ended.
 *
 * @param options.onResult called with each result; what it throws ends the threads
 * @throws {WorkerUnavailable} when a thread fails before it has said that it runs
 * @throws the error that a thread gave up with
 * @throws `signal.reason` when aborted
 */
export async function runThreads<Result>(
  program: 'pack-worker' | 'hash-worker',
  data: unknown,
  options: {
    readonly count: number;
    readonly signal?: AbortSignal | undefined;
    readonly onResult: (result: Result) => void;
  },
): Promise<void> {
  const { signal } = options;
  signal?.throwIfAborted();
  const threads = Array.from({ length: options.count }, () => startThread(program, data));
  const ended = threads.map(
    (thread) =>
      new Promise<void>((resolve, reject) => {
        let running = false;
        thread.on('message', (message: WorkerMessage<Result>) => {
          try {
            if ('ready' in message) running = true;
            else if ('error' in message) reject(reviveError(message.error));
            else options.onResult(message.result);
          } catch (error) {
            reject(error);
          }
        });
        thread.once('error', (cause) => reject(running ? cause : new WorkerUnavailable(program, { cause })));
        thread.once('exit', (code) =>
          code === 0 && running ? resolve() : reject(new WorkerUnavailable(`${program}: exit code ${code}`)),
        );
      }),
  );
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([Promise.all(ended), aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.allSettled(threads.map((thread) => thread.terminate()));
    await Promise.allSettled(ended);
  }
}

function startThread(program: string, data: unknown): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(`./${program}${isSource ? '.ts' : '.js'}`, import.meta.url), {
    workerData: data,
    execArgv: isSource ? ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning'] : [],
  });
}
