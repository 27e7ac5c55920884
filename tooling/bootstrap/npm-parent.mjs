import { readFileSync } from 'node:fs';

const pollMs = 250;
const runByNpm = process.env.npm_lifecycle_event !== undefined;

/**
 * npm starts a script through a shell. When npm is ended, that shell dies without telling its own child; this ends
 * the script then, as if it had got the SIGTERM itself. Does nothing when the script was started in another way.
 */
export function endWithNpm() {
  if (!runByNpm) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, pollMs);
  timer.unref();
}

/**
 * Whether a SIGINT that reaches this process reaches its children without help: from a terminal it goes to all of
 * them, and past the shell of npm it can only have come by way of the process group.
 */
export function interruptsReachChildren() {
  if (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY) return true;
  return runByNpm && parentIsShell();
}

function parentIsShell() {
  try {
    return /^(sh|dash|ash|bash|zsh)$/.test(readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim());
  } catch {
    return false;
  }
}
