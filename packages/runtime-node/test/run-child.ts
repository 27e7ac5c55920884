import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  readonly code: number | string | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this package's tests in a process of its own. `name` must differ between tests. */
export async function runChild(
  name: string,
  program: string,
  { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ChildResult> {
  const folder = fileURLToPath(new URL('../.test-results', import.meta.url));
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.ts`);
  await writeFile(file, program);
  const args = ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning', ...flags, file];
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 50_000 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? null) : 0, signal: error?.signal ?? null, stdout, stderr });
    });
  });
}
