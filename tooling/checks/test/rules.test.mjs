import { describe, expect, test } from 'vitest';
import { checkChangesets, parseChangeset } from '../rules/changesets.mjs';
import { consoleCalls } from '../rules/console.mjs';
import { checkFileSizes } from '../rules/file-sizes.mjs';
import { packageProblems, sourceComesFirst } from '../rules/manifests.mjs';
import { namesMachinePath, namesRegistry } from '../rules/private-text.mjs';
import { problemsOf } from './fake-repository.mjs';

describe('manifests', () => {
  const item = () => ({
    folder: 'packages/a',
    files: ['README.md', 'LICENSE', 'tsconfig.json', 'tsup.config.ts', 'test/a.test.ts'],
    manifest: {
      name: '@llamella/a',
      description: 'a',
      keywords: ['a'],
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=22' },
      files: ['dist', 'src'],
      exports: {
        '.': { '@llamella/source': './src/index.ts', types: './dist/index.d.ts', import: './dist/index.js' },
      },
      scripts: { build: 'tsup', typecheck: 'tsc', test: 'vitest run', 'check:exports': 'publint' },
      dependencies: { '@llamella/spec': 'workspace:^', zod: '^4.0.0' },
      publishConfig: { access: 'public' },
      repository: { url: 'https://example.org/a.git', directory: 'packages/a' },
    },
  });

  test('a complete package has no problems', () => expect(packageProblems(item())).toEqual([]));

  test.each(['README.md', 'LICENSE', 'tsup.config.ts', 'test/a.test.ts'])('misses %s', (file) => {
    const broken = item();
    broken.files = broken.files.filter((other) => other !== file);
    expect(packageProblems(broken)).toHaveLength(1);
  });

  test.each([
    'description',
    'keywords',
    'license',
    'type',
    'sideEffects',
    'files',
    'exports',
    'publishConfig',
  ])('misses %s in package.json', (key) => {
    const broken = item();
    delete broken.manifest[key];
    expect(packageProblems(broken)).toHaveLength(1);
  });

  test('refuses a fixed range for a package of the workspace', () => {
    const broken = item();
    broken.manifest.dependencies['@llamella/spec'] = '^0.1.0';
    expect(packageProblems(broken)).toEqual([expect.stringContaining('workspace:')]);
  });

  test.each([
    [{ '@llamella/source': './src/a.ts', import: './dist/a.js' }, true],
    [
      {
        node: { '@llamella/source': './src/n.ts', import: './dist/n.js' },
        default: { '@llamella/source': './src/w.ts' },
      },
      true,
    ],
    [{ '@llamella/source': { node: './src/n.ts', default: './src/w.ts' }, import: './dist/a.js' }, true],
    ['./package.json', true],
    ['./dist/a.js', false],
    [{ types: './dist/a.d.ts', '@llamella/source': './src/a.ts', import: './dist/a.js' }, false],
    [{ node: { '@llamella/source': './src/n.ts' }, default: './dist/w.js' }, false],
  ])('source condition in %j: %s', (target, expected) => expect(sourceComesFirst(target)).toBe(expected));
});

describe('changesets', () => {
  const contents = (changeset, version = '0.0.0') => ({
    'packages/a/package.json': JSON.stringify({ name: '@llamella/a', version }),
    'packages/a/CHANGELOG.md': '# a',
    'tooling/b/package.json': JSON.stringify({ name: 'b', private: true, version: '0.0.0' }),
    ...(changeset === undefined ? {} : { '.changeset/x.md': changeset }),
  });

  test('a package that was never released needs one', () => {
    expect(problemsOf(checkChangesets, contents())).toEqual([expect.stringContaining('@llamella/a')]);
    expect(problemsOf(checkChangesets, contents("---\n'@llamella/a': minor\n---\n\nAdd a\n"))).toEqual([]);
  });

  test('a released package needs one once its sources change again', () => {
    const git =
      (changed) =>
      (...gitArguments) =>
        gitArguments.some((argument) => argument.includes('..HEAD')) ? changed : 'abc\n';
    expect(problemsOf(checkChangesets, contents(undefined, '0.1.0'), { git: git('') })).toEqual([]);
    expect(problemsOf(checkChangesets, contents(undefined, '0.1.0'), { git: git('def\n') })).toHaveLength(1);
  });

  test.each([
    ["---\n'@llamella/a': huge\n---\n\ntext\n", 'huge'],
    ["---\n'@llamella/a': minor\n'@llamella/z': minor\n---\n\ntext\n", '@llamella/z'],
    ["---\n'@llamella/a': minor\nb: patch\n---\n\ntext\n", 'b is not a published package'],
  ])('reports %j', (text, expected) => {
    expect(problemsOf(checkChangesets, contents(text))).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['no front matter', "---\n'@llamella/a': minor\n---\n", '---\n## a: minor\n'])(
    'cannot read %j',
    (text) => {
      expect(parseChangeset(text)).toBeUndefined();
    },
  );
});

test('console calls in code count, in comments and strings they do not', () => {
  const text = `/** console.log(1) */\nconst s = 'console.log(2)';\nconsole.log(s);\nconsole.warn(s);\nconsole\n  .info(s);`;
  expect(consoleCalls(text)).toEqual([
    { line: 3, method: 'log' },
    { line: 5, method: 'info' },
  ]);
});

test('a file of more than 95 MB is reported', () => {
  const size = (file) => (file === 'large.bin' ? 95_000_001 : 95_000_000);
  const [{ problems }] = checkFileSizes({ files: ['large.bin', 'small.bin'], size });
  expect(problems).toEqual([expect.stringContaining('large.bin')]);
});

describe('private text', () => {
  const path = (...parts) => `/${parts.join('/')}`;

  test.each([
    path('home', 'alice', 'models', 'x.gguf'),
    `"${path('root', 'x')}"`,
    `see ${path('tmp', 'out')}`,
    path('Users', 'bob', 'x'),
    ['C:', 'Users', 'bob'].join('\\'),
  ])('a path of a machine: %s', (line) => expect(namesMachinePath(line)).toBe(true));

  test.each([
    `https://example.org${path('home', 'alice', 'x')}`,
    `./a${path('tmp', 'x')}`,
    path('home', 'user', 'models', 'x.gguf'),
    'import.meta.url, ../tmp/x, /usr/lib',
  ])('not one: %s', (line) => expect(namesMachinePath(line)).toBe(false));

  test('registry hosts', () => {
    expect(namesRegistry('x https://registry.npmjs.org/a', 'README.md')).toBe(true);
    expect(namesRegistry('https://www.npmjs.com/package/a', 'README.md')).toBe(false);
    expect(namesRegistry('  tarball: https://example.org/a.tgz', 'pnpm-lock.yaml')).toBe(true);
    expect(namesRegistry('mirror.example.org/a', 'a.ts', 'mirror.example.org')).toBe(true);
    expect(namesRegistry('mirror.example.org/a', 'a.ts', undefined)).toBe(false);
  });
});
