import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createChecks } from '../src/check-options.ts';
import { SAMPLING_ORDER } from '../src/index.ts';

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

it('the first example of the README prints what the README says', () => {
  expect(run(blocks('ts')[0]!)).toBe(blocks('text')[0]);
});

it('the second example of the README runs', () => {
  expect(run(blocks('ts')[1]!)).toMatch(/^[023]\n$/);
});

it('the third example of the README prints what the README says', () => {
  expect(run(blocks('ts')[2]!)).toBe(blocks('text')[1]);
});

it('the README names every option and every step', () => {
  for (const name of [...SAMPLING_ORDER, ...Object.keys(createChecks())])
    expect(readme).toContain(`\`${name}\``);
});
