import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LlamellaError } from '@llamella/spec';
import type { StorageLock } from '../platform.ts';
import { ifMissing } from './disk-error.ts';

/** How often the holder shows that it lives, and how long others wait for that; both in milliseconds. */
export interface LockTimes {
  readonly beat: number;
  readonly stale: number;
  readonly poll: number;
}

const usualTimes: LockTimes = { beat: 5_000, stale: 60_000, poll: 200 };

interface Holder {
  readonly token: string;
  readonly process: number;
  /** Machine, boot and process namespace, in which the process id means something. */
  readonly place: string;
}

/**
 * Waits for a lock that is a file, since Node has no `flock`. The holder touches it now and then. A waiting process
 * takes it over when the holder's process is gone, or when it was not touched for a minute by the waiter's own clock.
 * Of several that want to take it over, one at a time looks again whose it is, under a guard file of its own.
 *
 * @param path of the lock file; its folder exists
 * @throws `signal.reason` when aborted
 */
export async function lockFile(
  path: string,
  signal: AbortSignal,
  times: LockTimes = usualTimes,
): Promise<StorageLock> {
  const own: Holder = { token: randomUUID(), process: process.pid, place: currentPlace() };
  let seen: { token: string; modified: number; since: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    if (await tryCreate(path, own)) return hold(path, own, times);
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (seen?.token !== holder.token || seen.modified !== holder.modified) {
      seen = { ...holder, since: performance.now() };
    }
    const isStale = !isAlive(holder) || performance.now() - seen.since > times.stale;
    if (isStale) await takeAway(path, holder.token, own, times);
    else
      await sleep(times.poll * (0.5 + Math.random()), undefined, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
  }
}

async function tryCreate(path: string, own: Holder): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    // Windows says EPERM while a file of this name is being removed.
    if (error.code === 'EEXIST' || (error.code === 'EPERM' && process.platform === 'win32')) return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(JSON.stringify(own));
  } finally {
    await file.close();
  }
  return true;
}

/** The holder a lock file names; one that is still empty, or damaged, has no process and only its age counts. */
async function readHolder(path: string): Promise<(Holder & { modified: number }) | undefined> {
  const found = await stat(path).catch(ifMissing(undefined));
  const text = found && (await readFile(path, 'utf8').catch(ifMissing(undefined)));
  if (found === undefined || text === undefined) return undefined;
  const modified = found.mtimeMs;
  try {
    const { token, process: id, place } = JSON.parse(text) as Partial<Holder>;
    if (typeof token === 'string' && Number.isSafeInteger(id) && typeof place === 'string') {
      return { token, process: id!, place, modified };
    }
  } catch {
    // Treated as one without a process.
  }
  return { token: text, process: 0, place: '', modified };
}

function isAlive({ process: id, place }: Holder): boolean {
  if (id <= 0 || place !== currentPlace()) return true;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes the lock of a dead holder, unless it has become another's. Only who has the guard may do that. */
async function takeAway(path: string, token: string, own: Holder, times: LockTimes): Promise<void> {
  const guard = `${path}.takeover`;
  if (await tryCreate(guard, own)) {
    try {
      if ((await readHolder(path))?.token === token) await unlink(path).catch(ifMissing(undefined));
    } finally {
      await unlink(guard).catch(ifMissing(undefined));
    }
    return;
  }
  const other = await readHolder(guard);
  const isOld = other !== undefined && Math.abs(Date.now() - other.modified) > times.stale;
  if (other !== undefined && (isOld || !isAlive(other))) await unlink(guard).catch(ifMissing(undefined));
  else await sleep(times.poll);
}

function hold(path: string, own: Holder, times: LockTimes): StorageLock {
  const lost = new AbortController();
  const isOurs = async () => (await readHolder(path).catch(() => undefined))?.token === own.token;
  const timer = setInterval(async () => {
    if (await isOurs()) {
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return;
    }
    clearInterval(timer);
    lost.abort(new LlamellaError('busy', `${path}: another process took this download over`));
  }, times.beat);
  timer.unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      if (await isOurs()) await unlink(path).catch(() => {});
    },
  };
}

let place: string | undefined;

function currentPlace(): string {
  place ??= [hostname(), quietly(() => readlinkSync('/proc/self/ns/pid')), bootId()].join(' ');
  return place;
}

function bootId(): string {
  return quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
