import { expect, test } from 'vitest';
import { checkDocumentationLinks, headingAnchors, linksOf } from '../rules/documentation-links.mjs';
import { problemsOf } from './fake-repository.mjs';

const documents = (text) => ({
  'README.md': text,
  'docs/guide.md': '# Guide\n\n## Load a `model` (GGUF)\n\n## Twice\n\n## Twice\n',
  'packages/a/src/index.ts': '',
});

test.each([
  '[a](docs/guide.md) [b](./packages/a) [c](https://example.org/x) [d](mailto:a@example.org)',
  '[a](docs/guide.md#load-a-model-gguf) [b](docs/guide.md#twice-1) [c](#here)\n# Here',
  '```\n[a](missing.md)\n```\nand `[b](missing.md)`',
  '[![badge](https://example.org/a.svg)](docs/guide.md)',
])('accepts %j', (text) => expect(problemsOf(checkDocumentationLinks, documents(text))).toEqual([]));

test.each([
  ['[a](docs/missing.md)', 'there is no docs/missing.md'],
  ['[a](docs/guide.md#missing)', 'no heading #missing'],
  ['[a](#missing)', 'no heading #missing'],
  ['![a](image.png)', 'there is no image.png'],
  ['[a]\n\n[a]: docs/missing.md', 'there is no docs/missing.md'],
  ['<img alt="" src="image.png">', 'there is no image.png'],
  ['[![badge](image.png)](docs/guide.md)', 'there is no image.png'],
  ['[a](../outside.md)', 'there is no ../outside.md'],
])('refuses %j', (text, reason) => {
  expect(problemsOf(checkDocumentationLinks, documents(text))).toEqual([expect.stringContaining(reason)]);
});

test('reads titles and angle brackets', () => {
  expect(linksOf('[a](b.md "title") [c](<d.md>)')).toEqual(['b.md', 'd.md']);
});

test('makes anchors as GitHub does', () => {
  expect([...headingAnchors('# What it is, and why\n## `npm start`\n## [Link](x)\n## A_b-c d')]).toEqual([
    'what-it-is-and-why',
    'npm-start',
    'link',
    'a_b-c-d',
  ]);
});
