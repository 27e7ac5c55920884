import { rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { GraphPlan, OnProgress } from '@llamella/spec';
import { ownedName } from './cache-owner.ts';
import { hashParts } from './hash-parts.ts';
import type { PackedFile } from './pack-to-file.ts';
import { readSealed, writeSealed } from './sealed-json.ts';

/** Name of the file that describes an entry; its time of change says when the entry was last used. */
export const MANIFEST = 'manifest.json';

/** What begins the name of a mark of a process that uses an entry. */
export const IN_USE = 'in-use';

interface Manifest {
  readonly key: string;
  readonly byteLength: number;
  /** CRC-32 of each initializer. */
  readonly checksums: readonly number[];
  readonly errors: readonly (readonly [tensor: string, largest: number])[];
}

/** Packed weights that are in the cache, in use by this process. */
export interface CacheEntry {
  /** Path of the weights. */
  readonly path: string;
  /** Largest error by tensor, where packing measured it. */
  readonly errors: ReadonlyMap<string, number>;
  /** Reads everything. @returns whether it is what was written */
  verify(options: {
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<boolean>;
  /** Takes a damaged entry out of the cache. */
  remove(): Promise<void>;
  /** Says that this process uses it no longer. */
  release(): Promise<void>;
}

/** Finds an entry, and marks it as in use. @returns nothing when there is none that is whole */
export async function findEntry(
  folder: string,
  key: string,
  plan: GraphPlan,
): Promise<CacheEntry | undefined> {
  const place = join(folder, key);
  const mark = join(place, ownedName(IN_USE));
  const marked = await writeFile(mark, '').then(
    () => true,
    () => false,
  );
  const manifest = await readSealed<Manifest>(join(place, MANIFEST));
  const path = join(place, plan.externalFile);
  const status = await stat(path).catch(() => undefined);
  const isWhole =
    manifest?.key === key &&
    manifest.checksums.length === plan.initializers.length &&
    manifest.byteLength === plan.externalByteLength &&
    status?.size === plan.externalByteLength;
  if (!isWhole) {
    if (marked) await rm(mark, { force: true });
    return undefined;
  }
  const now = new Date();
  await utimes(join(place, MANIFEST), now, now).catch(() => undefined);
  return {
    path,
    errors: new Map(manifest.errors),
    verify: (options) => verify(path, plan, manifest.checksums, options),
    remove: () => removeFolder(place),
    release: () => rm(mark, { force: true }),
  };
}

/** Writes the description of what was packed into `folder`, the last file of an entry. */
export function describeEntry(
  folder: string,
  key: string,
  plan: GraphPlan,
  { checksums, errors }: PackedFile,
): Promise<void> {
  const manifest: Manifest = { key, byteLength: plan.externalByteLength, checksums, errors: [...errors] };
  return writeSealed(join(folder, MANIFEST), manifest);
}

/** Removes a folder of the cache; others see all of it or nothing. */
export async function removeFolder(place: string): Promise<void> {
  const doomed = join(dirname(place), ownedName(`.removing-${basename(place).slice(0, 8)}`));
  try {
    await rename(place, doomed);
  } catch {
    return; // Another process was faster, or has a file of it open on Windows.
  }
  await rm(doomed, { recursive: true, force: true });
}

async function verify(
  path: string,
  plan: GraphPlan,
  checksums: readonly number[],
  {
    onProgress,
    signal,
  }: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const tasks = plan.initializers.map(({ byteLength }, index) => ({
    path,
    offset: plan.offsets[index]!,
    length: byteLength,
    algorithm: 'crc32' as const,
  }));
  const total = tasks.reduce((sum, { length }) => sum + length, 0);
  let loaded = 0;
  let isWhole = true;
  await hashParts(tasks, {
    threads: Math.max(1, availableParallelism() - 1),
    signal,
    onHash(index, hash) {
      isWhole &&= hash === checksums[index]!.toString(16);
      loaded += tasks[index]!.length;
      onProgress?.({ phase: 'verify', loaded, total, file: path });
    },
  });
  return isWhole;
}
