import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Checkpoint, GraphPlan, OnProgress } from '@llamella/spec';
import type { OpenedModel } from './opened-model.ts';
import { type PackResult, type PackTask, packJobs, runPackTask } from './pack-jobs.ts';
import type { PackWorkerData } from './pack-worker.ts';
import { rememberTensors } from './remember-tensors.ts';
import { runThreads, WorkerUnavailable } from './worker-threads.ts';

/** What packing into a file found out. */
export interface PackedFile {
  /** CRC-32 of each initializer, in the plan's order. */
  readonly checksums: readonly number[];
  /** Largest error by tensor, where packing measures it. */
  readonly errors: ReadonlyMap<string, number>;
}

/** A model that threads can open again. */
export type ReopenableModel = Pick<OpenedModel, 'checkpoint' | 'location'>;

/** Options of `packToFile`. */
export interface PackToFileOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Threads that pack; 0 packs on the calling thread. Default: the processors, at most 4, and 0 for less than 400 MB.
   */
  readonly threads?: number;
  /** Whether to wait until the disk has everything. Default `true`. */
  readonly sync?: boolean;
}

/** Each thread holds a tensor and what is made of it. */
const MOST_THREADS = 4;

/** Less is packed sooner than a thread has started. */
const WORTH_THREADS = 400e6;

/**
 * Makes the external data of a graph in a new file, tensor by tensor, in threads of its own. What is held in memory at
 * a time is, for each thread, a few tensors of the checkpoint and one initializer.
 *
 * @throws whatever reading, packing and writing throw
 * @throws `signal.reason` when aborted. The file is then left incomplete
 */
export async function packToFile(
  plan: GraphPlan,
  model: ReopenableModel,
  path: string,
  options: PackToFileOptions = {},
): Promise<PackedFile> {
  const { signal, threads = usualThreads(plan) } = options;
  const checksums = new Array<number>(plan.initializers.length).fill(0);
  const errors = new Map<string, number>();
  const done = new Set<number>();
  let loaded = 0;
  const onResult = ({ index, byteLength, checksum, errors: found }: PackResult) => {
    checksums[index] = checksum;
    for (const [tensor, largest] of found) errors.set(tensor, Math.max(largest, errors.get(tensor) ?? 0));
    if (done.has(index)) return;
    done.add(index);
    loaded += byteLength;
    options.onProgress?.({ phase: 'pack', loaded, total, file: model.checkpoint.name });
  };
  const total = plan.initializers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const file = await open(path, 'wx');
  try {
    await file.truncate(plan.externalByteLength);
    const jobs = packJobs(plan);
    const inThreads =
      threads > 0 && (await packInThreads(jobs, model.location, path, { signal, threads, onResult }));
    if (!inThreads) await packHere(jobs, model.checkpoint, file, { signal, onResult });
    if (options.sync ?? true) await file.sync();
    return { checksums, errors };
  } finally {
    await file.close();
  }
}

function usualThreads({ externalByteLength }: GraphPlan): number {
  return externalByteLength < WORTH_THREADS ? 0 : Math.min(availableParallelism(), MOST_THREADS);
}

interface Work {
  readonly signal: AbortSignal | undefined;
  readonly onResult: (result: PackResult) => void;
}

async function packHere(
  jobs: readonly (readonly PackTask[])[],
  checkpoint: Checkpoint,
  file: FileHandle,
  { signal, onResult }: Work,
): Promise<void> {
  const source = rememberTensors(checkpoint);
  for (const task of jobs.flat()) {
    signal?.throwIfAborted();
    onResult(await runPackTask(task, source, file, signal));
  }
}

/** @returns whether there are threads to be had */
async function packInThreads(
  jobs: readonly (readonly PackTask[])[],
  location: string,
  target: string,
  { signal, onResult, threads }: Work & { readonly threads: number },
): Promise<boolean> {
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: PackWorkerData = { reference: resolve(location), target, jobs, next };
  try {
    await runThreads<PackResult>('pack-worker', data, { count: threads, signal, onResult });
    return true;
  } catch (error) {
    if (error instanceof WorkerUnavailable) return false;
    throw error;
  }
}
