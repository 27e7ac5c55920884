import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A program of a README and what it prints. */
export interface ReadmeExample {
  readonly program: string;
  readonly output: string;
}

/** Every `ts` block of `folder/README.md` that is followed by a `text` block: the program, then its output. */
export async function readmeExamples(folder: string): Promise<ReadmeExample[]> {
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const pattern = /```ts\n((?:(?!```).)*)```\s+(?:[^`\n]+\s+)?```text\n(.*?)```/gs;
  const blocks = [...readme.matchAll(pattern)];
  return blocks.map(([, program, output]) => ({ program: program!, output: output! }));
}

/** Runs a program inside the package at `folder`, on the sources of the workspace. @returns what it printed */
export async function runExample(
  folder: string,
  { program }: ReadmeExample,
  name = 'readme',
): Promise<string> {
  const scratch = join(folder, '.test-results');
  await mkdir(scratch, { recursive: true });
  const file = join(scratch, `${name}.ts`);
  await writeFile(file, program);
  const flags = ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { cwd: folder });
  return stdout;
}
