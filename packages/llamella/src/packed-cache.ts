import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GraphPlan, OnProgress } from '@llamella/spec';
import { type CacheEntry, describeEntry, findEntry, removeFolder } from './cache-entry.ts';
import { ownedName } from './cache-owner.ts';
import { type FreeBytes, freeBytes, makeRoom, WRITING } from './cache-room.ts';
import { packToFile, type ReopenableModel } from './pack-to-file.ts';

/** What is packed, and for which entry. */
export interface PackedCacheRequest {
  readonly folder: string;
  readonly maximumBytes: number;
  readonly key: string;
  readonly plan: GraphPlan;
  readonly model: ReopenableModel;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly free?: FreeBytes;
}

/**
 * Packs weights into a new entry of the cache. It is written under a name of its own and renamed when it is complete:
 * of two processes that do the same at once, one is first, and both use what it wrote.
 *
 * @returns nothing when the folder cannot be written to, or has no room for it
 * @throws whatever reading and packing throw
 * @throws `signal.reason` when aborted
 */
export async function addEntry(request: PackedCacheRequest): Promise<CacheEntry | undefined> {
  const { folder, key, plan, model, maximumBytes, free = freeBytes } = request;
  const temporary = join(folder, ownedName(WRITING));
  try {
    await mkdir(folder, { recursive: true });
    if (!(await makeRoom(folder, plan.externalByteLength, maximumBytes, free))) return undefined;
    await mkdir(temporary);
  } catch (error) {
    if (isDiskRefusal(error)) return undefined;
    throw error;
  }
  try {
    const packed = await packToFile(plan, model, join(temporary, plan.externalFile), request);
    await describeEntry(temporary, key, plan, packed);
    const place = join(folder, key);
    if (!(await moveTo(temporary, place)) && !(await isEntry(folder, key, plan))) {
      await removeFolder(place);
      await moveTo(temporary, place);
    }
    return await findEntry(folder, key, plan);
  } catch (error) {
    if (isDiskRefusal(error)) return undefined;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @returns whether there was nothing yet */
async function moveTo(temporary: string, place: string): Promise<boolean> {
  try {
    await rename(temporary, place);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(code)) return false;
    throw error;
  }
}

/** Whether another process was faster, and not just left something broken. */
async function isEntry(folder: string, key: string, plan: GraphPlan): Promise<boolean> {
  const entry = await findEntry(folder, key, plan);
  await entry?.release();
  return entry !== undefined;
}

/** Whether a disk is full or may not be written to, or the path of a folder leads nowhere. */
export function isDiskRefusal(error: unknown): boolean {
  const codes = [
    ...['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'],
    ...['ENOTDIR', 'EEXIST', 'ENOENT', 'ELOOP', 'ENAMETOOLONG'],
  ];
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
