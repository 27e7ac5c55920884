import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openModel } from './open-model.ts';
import { type PackResult, type PackTask, runPackTask } from './pack-jobs.ts';
import { rememberTensors } from './remember-tensors.ts';
import { plainError } from './worker-error.ts';
import type { WorkerMessage } from './worker-threads.ts';

/** What a thread that packs is given. */
export interface PackWorkerData {
  /** Absolute path of the model. */
  readonly reference: string;
  /** The file to write into; it exists. */
  readonly target: string;
  readonly jobs: readonly (readonly PackTask[])[];
  /** The next job that no thread has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

const say = (message: WorkerMessage<PackResult>) => parentPort!.postMessage(message);

const { reference, target, jobs, next } = workerData as PackWorkerData;
await using model = await openModel(reference);
const checkpoint = rememberTensors(model.checkpoint);
const file = await open(target, 'r+');
say({ ready: true });
try {
  for (let job = jobs[Atomics.add(next, 0, 1)]; job !== undefined; job = jobs[Atomics.add(next, 0, 1)]) {
    for (const task of job) say({ result: await runPackTask(task, checkpoint, file) });
  }
} catch (error) {
  say({ error: plainError(error) });
} finally {
  await file.close();
}
