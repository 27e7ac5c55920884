import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { Task, TaskResult } from './task.ts';

const limitMs = 3_600_000;

/**
 * Does a task in a fresh process: neither engine gives back all of its memory.
 *
 * @throws {Error} with what the process printed, when it fails
 */
export async function runTask<T extends Task>(task: T, threads: number): Promise<TaskResult<T>> {
  const script = join(import.meta.dirname, 'child.ts');
  const args = [...process.execArgv, script, JSON.stringify({ ...task, threads })];
  const result = await runProgram<TaskResult<T>>(process.execPath, args, { limitMs });
  if (result === undefined) throw new Error(`${task.kind} took more than an hour`);
  return result;
}
