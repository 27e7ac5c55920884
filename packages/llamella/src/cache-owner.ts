import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Marks of other machines and of crashed processes whose number was given out again count for this long. */
const DAY_MS = 24 * 3600_000;

/** A name that says which process made it: `prefix.host.pid.random`. */
export function ownedName(prefix: string): string {
  return `${prefix}.${host()}.${process.pid}.${randomUUID()}`;
}

/** Whether the process that made a name may still be at work, given when it last showed that it was. */
export function isOwnerAlive(name: string, lastSeenMs: number): boolean {
  if (Date.now() - lastSeenMs > DAY_MS) return false;
  const [, owner, pid] = name.slice(name.startsWith('.') ? 1 : 0).split('.');
  return owner !== host() || isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function host(): string {
  return hostname().replaceAll('.', '-');
}
