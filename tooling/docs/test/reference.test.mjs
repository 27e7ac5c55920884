import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { expect, test } from 'vitest';
import { problemsByPackage } from '../problems.mjs';
import { readmeText } from '../readme-text.mjs';
import { readReference } from '../reference.mjs';

const example = {
  name: '@llamella/example',
  folder: 'tooling/docs/test/example',
  manifest: { description: 'Two functions' },
};

const other = {
  name: '@llamella/other',
  folder: 'tooling/docs/test/other',
  manifest: { description: 'Two entries', exports: { './extra': { '@llamella/source': './src/extra.ts' } } },
};

test('what has no docstring and what links nowhere is found, and nothing else', async () => {
  const { problems } = await readReference([example, other]);
  expect(problemsByPackage(problems, [example, other])).toEqual([
    {
      name: 'API reference of @llamella/example',
      problems: [
        'Failed to resolve link to "missing" in comment for @llamella/example.documented',
        'tooling/docs/test/example/src/index.ts: Options.bare (Property) has no docstring',
        'tooling/docs/test/example/src/index.ts: undocumented (CallSignature) has no docstring',
      ],
    },
    {
      name: 'API reference of @llamella/other',
      problems: ['tooling/docs/test/other/src/extra.ts: two (Variable) has no docstring'],
    },
    { name: 'API reference', problems: [] },
  ]);
});

test('the site has the README, links to the sources and no path of this machine', async () => {
  const { write } = await readReference([example, other]);
  const folder = mkdtempSync(join(root, 'tooling', 'docs', '.site-'));
  try {
    await write(folder);
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.html'),
    );
    const text = pages.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const hasText = (part) => text.includes(part);
    expect(hasText('A README of two sentences.')).toBe(true);
    expect(hasText('/blob/main/tooling/docs/test/example/src/index.ts#L')).toBe(true);
    expect(hasText('href="https://github.com/llamella/llamella/blob/main/tooling/docs/problems.mjs"')).toBe(
      true,
    );
    expect(pages.filter((page) => page.startsWith('modules'))).toContain(
      'modules/_llamella_other.extra.html',
    );
    expect(hasText(root)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('links of a README become absolute, outside of code', () => {
  const markdown =
    '# Title\n\n[a](src/x.ts) [b](../y/README.md#z) [c](#here) [d](https://e.test) `[f](g)`\n\n```ts\n[h](i)\n```\n';
  expect(readmeText(markdown, 'packages/p', 'https://host/files')).toBe(
    '[a](https://host/files/packages/p/src/x.ts) [b](https://host/files/packages/y/README.md#z) [c](#here) ' +
      '[d](https://e.test) `[f](g)`\n\n```ts\n[h](i)\n```\n',
  );
});

test('messages that name no package are kept', () => {
  expect(problemsByPackage(['something else'], [example]).at(-1).problems).toEqual(['something else']);
});
