import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InvalidFileError } from '@llamella/spec';
import type { HashResult, HashWorkerData } from './hash-worker.ts';
import { runThreads, WorkerUnavailable } from './worker-threads.ts';

/** A part of a file to hash. */
export interface HashTask {
  readonly path: string;
  /** In bytes, as `length`. */
  readonly offset: number;
  readonly length: number;
  readonly algorithm: 'crc32' | 'sha256';
}

const READ_BYTES = 8 * 2 ** 20;

/** Less is hashed sooner than a thread has started. */
const WORTH_THREADS = 256 * 2 ** 20;

/** Hashes a part of a file. @returns hexadecimal digits. @throws {InvalidFileError} when the file cannot be read */
export async function hashPart({ path, offset, length, algorithm }: HashTask): Promise<string> {
  const sha = algorithm === 'sha256' ? createHash('sha256') : undefined;
  let sum = 0;
  const buffer = new Uint8Array(Math.min(READ_BYTES, length));
  try {
    await using file = await open(path, 'r');
    for (let read = 0; read < length; ) {
      const wanted = Math.min(buffer.length, length - read);
      const { bytesRead } = await file.read(buffer, 0, wanted, offset + read);
      if (bytesRead === 0) throw new Error('the file became shorter');
      const bytes = buffer.subarray(0, bytesRead);
      if (sha === undefined) sum = crc32(bytes, sum);
      else sha.update(bytes);
      read += bytesRead;
    }
  } catch (cause) {
    const problem = `could not be read: ${(cause as Error).message}`;
    throw new InvalidFileError({ file: path, offset }, problem, { cause });
  }
  return sha?.digest('hex') ?? sum.toString(16);
}

/**
 * Hashes parts of files, in threads where they are to be had.
 *
 * @param options.onHash called with the place of a task and its hash, in any order; what it throws ends the work
 * @throws {InvalidFileError} when a file cannot be read
 * @throws `signal.reason` when aborted
 */
export async function hashParts(
  tasks: readonly HashTask[],
  options: {
    readonly threads: number;
    readonly signal?: AbortSignal | undefined;
    readonly onHash: (index: number, hash: string) => void;
  },
): Promise<void> {
  const { signal, onHash } = options;
  const isMuch = tasks.reduce((sum, { length }) => sum + length, 0) >= WORTH_THREADS;
  const count = isMuch ? Math.min(options.threads, tasks.length) : 0;
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: HashWorkerData = { tasks, next };
  const onResult = ({ index, hash }: HashResult) => onHash(index, hash);
  try {
    if (count > 0) {
      await runThreads('hash-worker', data, { count, signal, onResult });
      return;
    }
  } catch (error) {
    if (!(error instanceof WorkerUnavailable)) throw error;
  }
  for (const [index, task] of tasks.entries()) {
    signal?.throwIfAborted();
    onHash(index, await hashPart(task));
  }
}
