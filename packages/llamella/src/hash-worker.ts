import { parentPort, workerData } from 'node:worker_threads';
import { type HashTask, hashPart } from './hash-parts.ts';
import { plainError } from './worker-error.ts';
import type { WorkerMessage } from './worker-threads.ts';

/** What a thread that computes hashes is given. */
export interface HashWorkerData {
  readonly tasks: readonly HashTask[];
  /** The next task that no thread has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** The hash of a part, by its place among the tasks. */
export interface HashResult {
  readonly index: number;
  readonly hash: string;
}

const say = (message: WorkerMessage<HashResult>) => parentPort!.postMessage(message);

const { tasks, next } = workerData as HashWorkerData;
say({ ready: true });
try {
  for (let index = Atomics.add(next, 0, 1); index < tasks.length; index = Atomics.add(next, 0, 1)) {
    say({ result: { index, hash: await hashPart(tasks[index]!) } });
  }
} catch (error) {
  say({ error: plainError(error) });
}
