import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { OnProgress } from '@llamella/spec';
import { type HashTask, hashParts } from './hash-parts.ts';
import { readSealed, writeSealed } from './sealed-json.ts';

/** A part that one thread hashes; the hash of a file is that of the hashes of its parts. */
const PART_BYTES = 64 * 2 ** 20;

/** A change within the same tick of a file system's clock would not be seen: younger files are not remembered. */
const SETTLED_MS = 3000;

/** What a file was when it was hashed. */
interface KnownFile {
  readonly path: string;
  readonly state: string;
  readonly hash: string;
}

/**
 * Hashes the content of files with SHA-256. A hash is remembered with the size and the times of the file, so that a
 * file is read once as long as it stays as it is.
 *
 * @param options.folder where hashes are remembered
 */
export async function contentHash(
  files: readonly string[],
  options: {
    readonly folder: string;
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string[]> {
  const found = await Promise.all(files.map((file) => recall(file, options.folder)));
  const tasks: (HashTask & { readonly file: number })[] = [];
  for (const [file, { hash, path, size }] of found.entries()) {
    if (hash !== undefined) continue;
    for (let offset = 0; offset < size; offset += PART_BYTES) {
      const length = Math.min(PART_BYTES, size - offset);
      tasks.push({ file, path, offset, length, algorithm: 'sha256' });
    }
  }
  const parts = new Array<string>(tasks.length);
  const total = tasks.reduce((sum, { length }) => sum + length, 0);
  let loaded = 0;
  await hashParts(tasks, {
    threads: availableParallelism(),
    signal: options.signal,
    onHash(index, hash) {
      parts[index] = hash;
      loaded += tasks[index]!.length;
      options.onProgress?.({ phase: 'identify', loaded, total, file: tasks[index]!.path });
    },
  });
  return Promise.all(
    found.map(async ({ hash, path, state, place, settled }, file) => {
      if (hash !== undefined) return hash;
      const own = createHash('sha256');
      for (const [index, task] of tasks.entries()) if (task.file === file) own.update(parts[index]!);
      const made = own.digest('hex');
      const known: KnownFile = { path, state, hash: made };
      // Only a help: a folder that cannot be written to costs time.
      if (settled && stateOf(await stat(path, { bigint: true })) === state) {
        await writeSealed(place, known).catch(() => undefined);
      }
      return made;
    }),
  );
}

async function recall(file: string, folder: string) {
  const path = resolve(file);
  const place = join(folder, 'files', `${createHash('sha256').update(path).digest('hex')}.json`);
  const status = await stat(path, { bigint: true });
  const state = stateOf(status);
  const known = await readSealed<KnownFile>(place);
  const hash = known?.path === path && known.state === state ? known.hash : undefined;
  const settled = Date.now() - Number(status.ctimeMs) > SETTLED_MS;
  return { path, place, state, size: Number(status.size), hash, settled };
}

function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
