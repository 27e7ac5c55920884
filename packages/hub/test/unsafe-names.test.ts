import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFileNames, fileNameProblem } from '../src/index.ts';
import { createDiskStorage } from '../src/node.ts';
import { defaultCommit, randomBytes, sha256 } from './fake-hub.ts';
import { createTestHub, serve, temporaryFolder } from './test-hub.ts';

const unsafe = [
  ...['', '/etc/passwd', '../x', 'a/../../x', 'a/..', './x', 'a/./b', 'a//b', 'a/', '/', '//host/x'],
  ...[
    'a\0b',
    'a\nb',
    'a\u001b[0m',
    '..\\x',
    'a\\b',
    'C:x',
    'C:/x',
    'a:stream',
    'a*',
    'a?',
    'a"b',
    'a<b',
    'a|b',
  ],
  ...['con', 'CON', 'a/nul.gguf', 'COM1', 'lpt9.txt', 'aux.', 'x.', 'x ', ' x', 'a. /b', '...', 'CONIN$'],
  ...['x'.repeat(300), `${'a/'.repeat(600)}b`, 'é'.repeat(150), '\ud800'],
];

test.each(unsafe)('%j is refused', (name) => {
  expect(fileNameProblem(name)).toBeTypeOf('string');
  expect(() => checkFileNames([name], 'somewhere')).toThrow(/^somewhere: /);
});

test.each([
  'a',
  'a/b.gguf',
  '.gitattributes',
  'a-b_c+d=e@f#g%h',
  '..a',
  'a..b',
  'console.json',
  'common.txt',
  'ü 世界',
  'nul1',
])('%j is accepted', (name) => expect(fileNameProblem(name)).toBeUndefined());

test('names that collide are refused', () => {
  expect(() => checkFileNames(['a/b', 'A/B'], 's')).toThrow('upper case');
  expect(() => checkFileNames(['a', 'a/b'], 's')).toThrow('a is a file and a folder');
  expect(() => checkFileNames(['a/b/c', 'A/b'], 's')).toThrow('is a file and a folder');
});

describe('a list with an unsafe name', () => {
  test.each(['../../../../escaped', '/tmp-escaped', '..\\escaped', 'nul', 'a/../../escaped'])(
    '%j',
    async (path) => {
      const bytes = randomBytes(5000);
      const server = await serve({
        'owner/name': {
          files: { 'ok.json': bytes },
          editListing: (entries) => [...entries, { ...entries[0], path }],
        },
      });
      const { hub, folder } = await createTestHub(server);
      await expect(hub.pull('hf:owner/name:*')).rejects.toMatchObject({
        code: 'invalid-file',
        message: expect.stringContaining('refused'),
      });
      expect(readdirSync(folder)).toEqual([]);
      expect(existsSync(join(dirname(folder), 'escaped'))).toBe(false);
      // It does not keep anybody from the other files.
      expect((await hub.pull('hf:owner/name:ok.json')).bytes).toBe(5000);
    },
  );
});

describe('links in the cache that lead out of it', () => {
  const bytes = randomBytes(5000);
  const root = 'models--owner--name';
  test.each([
    ['the folder of the repository', root],
    ['the blobs', `${root}/blobs`],
    ['the snapshot', `${root}/snapshots/${defaultCommit}`],
    ['the refs', `${root}/refs`],
    ['the locks', '.locks'],
  ])('%s', async (_name, place) => {
    const server = await serve({ 'owner/name': { files: { 'model.gguf': bytes } } });
    const { hub, cacheFolder, folder } = await createTestHub(server);
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    mkdirSync(dirname(join(cacheFolder, place)), { recursive: true });
    symlinkSync(outside, join(cacheFolder, place));
    await expect(hub.pull('hf:owner/name')).rejects.toThrow('leads out of the cache');
    expect(readdirSync(outside)).toEqual([]);
  });

  test('a dangling link, and one in place of the unfinished file', async () => {
    const server = await serve({ 'owner/name': { files: { 'model.gguf': bytes } } });
    for (const place of [`${root}/blobs`, `${root}/blobs/${sha256(bytes)}.llamella.incomplete`]) {
      const { hub, cacheFolder, folder } = await createTestHub(server);
      const outside = join(folder, 'outside');
      mkdirSync(dirname(join(cacheFolder, place)), { recursive: true });
      symlinkSync(outside, join(cacheFolder, place));
      await expect(hub.pull('hf:owner/name')).rejects.toMatchObject({ code: 'invalid-file' });
      expect(existsSync(outside)).toBe(false);
    }
  });

  test('the folder of the cache itself may be a link', async () => {
    const server = await serve({ 'owner/name': { files: { 'model.gguf': bytes } } });
    const { hub, cacheFolder, folder } = await createTestHub(server);
    mkdirSync(join(folder, 'other-disk'));
    symlinkSync(join(folder, 'other-disk'), cacheFolder);
    expect(readFileSync((await hub.pull('hf:owner/name')).path).equals(bytes)).toBe(true);
  });
});

test('the storage refuses paths that are not inside, and removes links rather than what they lead to', async () => {
  const folder = await temporaryFolder();
  const storage = createDiskStorage(join(folder, 'cache'));
  for (const path of ['../x', 'a/../../x', '/x', 'a//b', '.']) {
    await expect(storage.writeFile(path, new Uint8Array(1))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  }
  writeFileSync(join(folder, 'precious'), 'x');
  await storage.writeFile('a/b', new Uint8Array(1));
  symlinkSync(join(folder, 'precious'), join(folder, 'cache', 'link'));
  expect(await storage.readLink('link')).toBeUndefined();
  await storage.remove('link');
  expect(existsSync(join(folder, 'precious'))).toBe(true);
  await expect(storage.remove('a')).rejects.toMatchObject({ code: 'invalid-file' }); // not empty
});
