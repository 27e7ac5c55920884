import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('prints what the README says', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  const [, program, output] = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(readme)!;
  const options = ['--conditions=@llamella/source', '--input-type=module-typescript', '--eval', program!];
  expect(execFileSync(process.execPath, options, { cwd: folder, encoding: 'utf8' })).toBe(output);
});
