import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/**
 * Runs a program and reads the JSON that it prints as its last line.
 *
 * @param limitMs the program is ended after this time
 * @returns undefined when it took too long
 * @throws {Error} with what it printed, when it fails
 */
export async function runProgram<T>(
  command: string,
  args: readonly string[],
  { env = process.env, limitMs }: { readonly env?: NodeJS.ProcessEnv; readonly limitMs: number },
): Promise<T | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limitMs);
  const exited = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  clearTimeout(timer);
  if (late) return undefined;
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  if (status !== '0' || last === '')
    throw new Error(`${command} ${args[0]}: it ended with ${status}\n${output}${errors}`);
  return JSON.parse(last) as T;
}
