import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');
const blocks = (language: string): string[] =>
  Array.from(readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms')), (match) => match[1]!);

function run(code: string): string {
  const flags = [
    '--conditions=@llamella/source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
  ];
  return execFileSync(process.execPath, [...flags, '--eval', code], { cwd: folder, encoding: 'utf8' });
}

it('the example of the README prints what the README says', () => {
  expect(run(blocks('ts')[0]!)).toBe(blocks('text')[0]);
});
