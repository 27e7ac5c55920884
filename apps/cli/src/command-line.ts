import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { EarlyEnd } from './interruption.ts';
import { note } from './output.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line and prints its error, if any, to stderr.
 *
 * @param words what follows the program's name
 * @returns exit code: 0, 1 after an error, 130 or 143 after SIGINT or SIGTERM
 */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  const { signal } = context.interruption;
  try {
    await createProgram(words, context).parseAsync(words, { from: 'user' });
    signal.throwIfAborted();
    return 0;
  } catch (error) {
    return reportError(signal.aborted ? signal.reason : error, context);
  }
}

/** Prints an error, with its stack when `LLAMELLA_DEBUG` is 1. @returns exit code */
export function reportError(error: unknown, context: Pick<CommandContext, 'stderr' | 'environment'>): number {
  if (error instanceof EarlyEnd) return error.exitCode;
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const text = error instanceof Error ? error.message : String(error);
  const message = error instanceof CommanderError ? text.replace(/^error: /, '') : text;
  note(context, `llamella: ${message}`);
  if (context.environment.LLAMELLA_DEBUG === '1' && error instanceof Error)
    note(context, describeStack(error));
  return 1;
}

function describeStack(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by: ${describeStack(error.cause)}` : stack;
}
