import { existsSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { InvalidFileError } from '@llamella/spec';
import type { CommandContext } from './command-context.ts';
import { reportError, runCommandLine } from './command-line.ts';
import { EarlyEnd, Interruption } from './interruption.ts';

/**
 * Runs the command line of this process and ends it with the exit code.
 *
 * @param importLlamella gives the library; called when a command needs it
 */
export async function runProcess(importLlamella: CommandContext['importLlamella']): Promise<never> {
  const interruption = new Interruption();
  const context: CommandContext = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    homeFolder: homedir(),
    interruption,
    importLlamella,
    pathExists: existsSync,
    processorCount: availableParallelism(),
    measureMemory: () => ({
      residentBytes: process.memoryUsage.rss(),
      peakResidentBytes: process.resourceUsage().maxRSS * 1024,
    }),
  };
  const fail = (error: unknown) => process.exit(reportError(error, context));
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  endOnSignals(interruption);
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    interruption.end(error.code === 'EPIPE' ? new EarlyEnd('a closed output', 0) : outputError(error)),
  );
  process.stderr.on('error', () => {});
  const exitCode = await runCommandLine(process.argv.slice(2), context);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  // A short output fails when it is flushed, after the command has ended.
  const { aborted, reason } = interruption.signal;
  process.exit(exitCode === 0 && aborted ? reportError(reason, context) : exitCode);
}

function outputError(cause: Error): InvalidFileError {
  return new InvalidFileError({ file: 'stdout' }, `could not be written: ${cause.message}`, { cause });
}

function endOnSignals(interruption: Interruption): void {
  process.on('SIGINT', () => {
    if (interruption.signal.aborted) process.exit(130);
    interruption.interrupt();
  });
  for (const [name, exitCode] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(exitCode);
      interruption.end(new EarlyEnd(name, exitCode));
    });
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
