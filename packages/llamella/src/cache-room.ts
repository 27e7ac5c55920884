import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { IN_USE, MANIFEST, removeFolder } from './cache-entry.ts';
import { isOwnerAlive } from './cache-owner.ts';

/** What begins the name of a folder that is being written. */
export const WRITING = '.writing';

/** A folder that is written to shows it at least this often. */
const QUIET_MS = 60_000;

interface Entry {
  readonly place: string;
  readonly bytes: number;
  readonly lastUsedMs: number;
}

/** Free bytes of the disk that a folder is on. */
export type FreeBytes = (folder: string) => Promise<number>;

/** Asks the file system. */
export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Makes room for an entry: clears away what crashed processes left, then removes the entries that were used longest ago,
 * none that a process uses, until all fit into the limit and the disk.
 *
 * @param limit most bytes of all entries; half of the disk's free space and what the cache has is the most in any case
 * @returns whether there is room
 */
export async function makeRoom(
  folder: string,
  needed: number,
  limit: number,
  free: FreeBytes = freeBytes,
): Promise<boolean> {
  await removeLeftovers(folder);
  const entries = await listEntries(folder);
  let used = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  let available = await free(folder);
  const most = Math.min(limit, (available + used) / 2);
  if (needed > most) return false;
  for (const { place, bytes } of entries.sort((a, b) => a.lastUsedMs - b.lastUsedMs)) {
    if (used + needed <= most && needed < available) break;
    if (await isInUse(place)) continue;
    await removeFolder(place);
    used -= bytes;
    available += bytes;
  }
  return used + needed <= most && needed < available;
}

async function listEntries(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const place = join(folder, name);
    let bytes = 0;
    for (const file of await readdir(place).catch(() => [])) {
      bytes += (await stat(join(place, file)).catch(() => undefined))?.size ?? 0;
    }
    const manifest = await stat(join(place, MANIFEST)).catch(() => undefined);
    entries.push({ place, bytes, lastUsedMs: manifest?.mtimeMs ?? 0 });
  }
  return entries;
}

async function isInUse(place: string): Promise<boolean> {
  for (const name of await readdir(place).catch(() => [])) {
    if (!name.startsWith(IN_USE)) continue;
    const status = await stat(join(place, name)).catch(() => undefined);
    if (status === undefined) continue;
    if (isOwnerAlive(name, status.mtimeMs)) return true;
    await rm(join(place, name), { force: true });
  }
  return false;
}

/** Clears away what crashed processes left in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(WRITING) && !name.startsWith('.removing')) continue;
    const place = join(folder, name);
    let lastSeenMs = (await stat(place).catch(() => undefined))?.mtimeMs ?? 0;
    for (const file of await readdir(place).catch(() => [])) {
      const status = await stat(join(place, file)).catch(() => undefined);
      lastSeenMs = Math.max(lastSeenMs, status?.mtimeMs ?? 0);
    }
    const isQuiet = Date.now() - lastSeenMs > QUIET_MS;
    if (isQuiet && !isOwnerAlive(name, lastSeenMs)) await removeFolder(place);
  }
}
