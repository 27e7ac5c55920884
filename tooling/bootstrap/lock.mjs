import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const heartbeatMs = 2_000;
const silentForMs = 30_000;
const pollMs = 200;

/**
 * A lock between processes, made of numbered files `<name>.<generation>` in one folder.
 *
 * Whoever creates the next generation exclusively holds the lock, and may do so once the newest file is released or
 * stale. The newest file is never deleted, so no two processes can take over the same dead holder. A holder is stale
 * when its process is gone (same host) or when it has not touched its file for 30 s.
 *
 * @param {string} folder created when missing
 * @param {{ name?: string, onWait?: (holder: object) => void }} [options] `onWait` is called once before waiting
 * @returns {Promise<() => void>} releases the lock
 */
export async function acquireLock(folder, { name = 'setup.lock', onWait } = {}) {
  mkdirSync(folder, { recursive: true });
  let waited = false;
  for (;;) {
    const newest = Math.max(0, ...generations(folder, name));
    const holder = newest > 0 ? liveHolder(join(folder, `${name}.${newest}`)) : undefined;
    if (holder === undefined) {
      const release = tryGeneration(folder, name, newest + 1);
      if (release !== undefined) return release;
      continue;
    }
    if (!waited) onWait?.(holder);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function tryGeneration(folder, name, generation) {
  const path = join(folder, `${name}.${generation}`);
  const holder = { pid: process.pid, host: hostname(), startedAt: startTimeOf(process.pid) };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  }
  // Others may have moved on by several generations between the listing and the creation of this file.
  if (generations(folder, name).some((other) => other > generation)) {
    rmSync(path, { force: true });
    return undefined;
  }
  for (const other of generations(folder, name)) {
    if (other < generation) rmSync(join(folder, `${name}.${other}`), { force: true });
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    writeFileSync(path, JSON.stringify({ released: true }));
  };
}

function generations(folder, name) {
  return readdirSync(folder)
    .filter((entry) => entry.startsWith(`${name}.`))
    .map((entry) => Number(entry.slice(name.length + 1)))
    .filter((generation) => Number.isSafeInteger(generation) && generation > 0);
}

function liveHolder(path) {
  let text;
  let ageMs;
  try {
    text = readFileSync(path, 'utf8');
    ageMs = Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
  if (ageMs > silentForMs) return undefined;
  let holder;
  try {
    holder = JSON.parse(text);
  } catch {
    return {}; // Created a moment ago and not yet written; its age decides if that lasts.
  }
  if (holder.released === true) return undefined;
  if (holder.host === hostname() && !isRunning(holder)) return undefined;
  return holder;
}

function isRunning({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  // The number may belong to a newer process by now.
  const current = startTimeOf(pid);
  return startedAt === null || current === null || current === startedAt;
}

/** Start time of a process in clock ticks since boot, or null where /proc does not tell. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // A clean-up of .tools while set-up runs; the next start repeats it.
  }
}
