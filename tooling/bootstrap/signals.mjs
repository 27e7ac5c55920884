import { constants } from 'node:os';

/** The exit code that shells report for a process ended by a signal. */
export function exitCodeOf(code, signal) {
  if (code !== null) return code;
  return 128 + (constants.signals[signal] ?? 0);
}

/** Ends this process the way its child ended, so that callers see the same code or signal. */
export function exitLike(code, signal) {
  if (signal !== null && process.platform !== 'win32') {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Reached only if the signal is blocked or ignored by whoever started this process.
    setTimeout(() => process.exit(exitCodeOf(code, signal)), 100);
    return;
  }
  process.exitCode = exitCodeOf(code, signal);
}
