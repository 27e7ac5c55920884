import { spawn } from 'node:child_process';
import { exitCodeOf } from './signals.mjs';

const isWindows = process.platform === 'win32';

/**
 * Runs a command without a terminal and without input, and keeps what it prints.
 *
 * The command gets a process group of its own: when this process is interrupted, or `timeoutMs` has passed, the
 * whole group is ended.
 *
 * @returns {Promise<{ code: number, output: string, stdout: string, milliseconds: number, timedOut: boolean }>}
 */
export function runQuietly(command, commandArguments, { cwd, env, timeoutMs = 0 } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: !isWindows,
      shell: isWindows,
    });
    const everything = [];
    const standardOutput = [];
    let timedOut = false;
    let interruptedBy;
    child.stdout.on('data', (chunk) => {
      everything.push(chunk);
      standardOutput.push(chunk);
    });
    child.stderr.on('data', (chunk) => everything.push(chunk));

    const endGroup = (signal) => {
      try {
        if (isWindows) child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // The group is gone already.
      }
    };
    const endAll = (signal) => {
      endGroup(signal);
      setTimeout(() => endGroup('SIGKILL'), 5_000).unref();
    };
    const forwarders = new Map();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      const forward = () => {
        interruptedBy ??= signal;
        endAll(signal);
      };
      forwarders.set(signal, forward);
      process.on(signal, forward);
    }
    const timer =
      timeoutMs > 0
        ? setTimeout(() => {
            timedOut = true;
            endAll('SIGTERM');
          }, timeoutMs)
        : undefined;

    const finish = (code, signal, note = '') => {
      clearTimeout(timer);
      for (const [name, forward] of forwarders) process.off(name, forward);
      if (interruptedBy !== undefined) {
        endGroup('SIGKILL');
        process.exit(exitCodeOf(null, interruptedBy));
      }
      const late = timedOut ? `\nended after ${Math.round(timeoutMs / 1000)} s: it took too long\n` : '';
      resolve({
        code: timedOut ? 124 : exitCodeOf(code, signal),
        output: Buffer.concat(everything).toString('utf8') + note + late,
        stdout: Buffer.concat(standardOutput).toString('utf8'),
        milliseconds: performance.now() - started,
        timedOut,
      });
    };
    child.on('error', (error) => finish(127, null, `${command}: ${error.message}\n`));
    child.on('close', (code, signal) => finish(code, signal));
  });
}
