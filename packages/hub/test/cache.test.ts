import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hubSettings } from '../src/node.ts';
import { randomBytes, sha256 } from './fake-hub.ts';
import { createTestHub, serve } from './test-hub.ts';

const [one, two, three] = [1, 2, 3].map((seed) => randomBytes(2000 * seed, seed));
const commits = ['1'.repeat(40), '2'.repeat(40)];

/** A cache as huggingface_hub leaves it: two revisions that share a file, and a download that did not end. */
async function createCache() {
  const server = await serve({});
  const { hub, cacheFolder } = await createTestHub(server, { offline: true });
  const root = join(cacheFolder, 'models--owner--name');
  const write = (path: string, bytes: Buffer | string) => {
    mkdirSync(dirname(join(cacheFolder, path)), { recursive: true });
    writeFileSync(join(cacheFolder, path), bytes);
  };
  const add = (commit: string, path: string, bytes: Buffer) => {
    write(`models--owner--name/blobs/${sha256(bytes)}`, bytes);
    const pointer = join(root, 'snapshots', commit, path);
    mkdirSync(dirname(pointer), { recursive: true });
    symlinkSync(`${'../'.repeat(path.split('/').length + 1)}blobs/${sha256(bytes)}`, pointer);
  };
  add(commits[0]!, 'm-Q4_K_M.gguf', one!);
  add(commits[1]!, 'm-Q4_K_M.gguf', one!);
  add(commits[1]!, 'sub/m-Q8_0-00001-of-00002.gguf', two!);
  add(commits[1]!, 'sub/m-Q8_0-00002-of-00002.gguf', three!);
  write('models--owner--name/refs/main', commits[1]!);
  write('models--owner--name/refs/refs/pr/1', commits[0]!);
  write(`models--owner--name/blobs/${sha256(two!)}.0123abcd.incomplete`, Buffer.alloc(500));
  write('models--owner--name/.no_exist/x/y', '');
  write('datasets--owner--name/blobs/x', 'x');
  write('models--gpt2/snapshots/not-a-commit/x', 'x');
  write('version.txt', '1');
  write('.locks/models--owner--name/x.lock', '');
  return { hub, cacheFolder, root };
}

test('lists what any program put there', async () => {
  const { hub, root } = await createCache();
  const used = new Date('2026-01-02T03:04:05Z');
  utimesSync(join(root, 'blobs', sha256(one!)), used, new Date('2025-01-01'));
  const { models, partials, bytes } = await hub.list();
  expect(models.map(({ files: _, ...model }) => model)).toEqual([
    {
      ...{
        reference: 'hf:owner/name:Q4_K_M',
        repository: 'owner/name',
        revision: commits[1],
        refs: ['main'],
      },
      ...{ format: 'gguf', quantization: 'Q4_K_M', bytes: 2000, lastUsed: used.getTime(), isComplete: true },
    },
    {
      ...{ reference: 'hf:owner/name:Q8_0', repository: 'owner/name', revision: commits[1], refs: ['main'] },
      ...{
        format: 'gguf',
        quantization: 'Q8_0',
        bytes: 10_000,
        lastUsed: expect.any(Number),
        isComplete: true,
      },
    },
    {
      ...{
        reference: 'hf:owner/name@refs/pr/1:Q4_K_M',
        repository: 'owner/name',
        revision: commits[0],
        refs: ['refs/pr/1'],
      },
      ...{ format: 'gguf', quantization: 'Q4_K_M', bytes: 2000, lastUsed: used.getTime(), isComplete: true },
    },
  ]);
  expect(partials).toEqual([{ reference: 'hf:owner/name', bytes: 500 }]);
  expect(bytes).toBe(12_500);
  for (const { reference, bytes: size } of models)
    expect(await hub.find(reference)).toMatchObject({ bytes: size });
});

test('finding a model notes that it was used', async () => {
  const { hub, root } = await createCache();
  const blob = join(root, 'blobs', sha256(one!));
  utimesSync(blob, new Date(0), new Date(0));
  await hub.find('hf:owner/name:Q4_K_M');
  const { models } = await hub.list();
  expect(Date.now() - models[0]!.lastUsed).toBeLessThan(60_000);
});

describe('remove', () => {
  test('one revision: blobs of another one stay', async () => {
    const { hub, root } = await createCache();
    expect(await hub.remove('hf:owner/name@refs/pr/1')).toEqual({
      ...{ reference: 'hf:owner/name@refs/pr/1', files: ['m-Q4_K_M.gguf'], freedBytes: 0 },
    });
    expect(readdirSync(join(root, 'snapshots'))).toEqual([commits[1]]);
    expect(existsSync(join(root, 'refs/refs'))).toBe(false);
    expect(readFileSync((await hub.find('hf:owner/name:Q4_K_M'))!.path).equals(one!)).toBe(true);
  });

  test('a quantization, of all revisions', async () => {
    const { hub, root } = await createCache();
    expect(await hub.remove('hf:owner/name:q4_k_m')).toMatchObject({ freedBytes: 2000 });
    expect(readdirSync(join(root, 'snapshots'))).toEqual([commits[1]]);
    expect((await hub.list()).models).toMatchObject([{ reference: 'hf:owner/name:Q8_0' }]);
    expect((await hub.list()).partials).toHaveLength(1);
  });

  test('a part of a split model takes the others along', async () => {
    const { hub } = await createCache();
    expect(await hub.remove('hf:owner/name:sub/m-Q8_0-00002-of-00002.gguf')).toMatchObject({
      freedBytes: 10_000,
    });
  });

  test('everything of a repository, and nothing else', async () => {
    const { hub, cacheFolder, root } = await createCache();
    const outside = join(cacheFolder, '..', 'outside');
    mkdirSync(join(outside, 'empty'), { recursive: true });
    symlinkSync(outside, join(root, 'snapshots', commits[0]!, 'link'));
    expect(await hub.remove('hf:owner/name')).toMatchObject({ freedBytes: 12_500 });
    expect(await hub.list()).toEqual({ models: [], partials: [], bytes: 0 });
    expect(existsSync(root)).toBe(false);
    expect(readdirSync(outside)).toEqual(['empty']);
    expect(existsSync(join(cacheFolder, 'datasets--owner--name/blobs/x'))).toBe(true);
    await expect(hub.remove('hf:owner/name')).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each(['hf:owner/name:Q2_K', 'hf:owner/none', 'hf:owner/name@v3', 'https://example.org/m.gguf'])(
    '%s is not there',
    async (reference) => {
      const { hub } = await createCache();
      await expect(hub.remove(reference)).rejects.toMatchObject({ code: 'not-found' });
    },
  );
});

test('a snapshot without links, as on Windows, is found and removed', async () => {
  const { hub, root } = await createCache();
  const place = join(root, 'snapshots', commits[1]!, 'm-Q2_K.gguf');
  writeFileSync(place, two!);
  expect(await hub.find('hf:owner/name:Q2_K')).toMatchObject({ path: place });
  expect(await hub.remove('hf:owner/name:Q2_K')).toMatchObject({ freedBytes: 4000 });
  expect(existsSync(place)).toBe(false);
});

test('damage in the cache is passed over', async () => {
  const { hub, root } = await createCache();
  symlinkSync('../../blobs/gone', join(root, 'snapshots', commits[1]!, 'm-Q3_K.gguf'));
  symlinkSync('.', join(root, 'snapshots', commits[1]!, 'loop'));
  writeFileSync(join(root, 'refs', 'odd'), '../../../etc');
  expect(await hub.find('hf:owner/name:Q3_K')).toBeUndefined();
  expect(await hub.find('hf:owner/name@odd')).toBeUndefined();
  expect((await hub.list()).models).toHaveLength(3);
});

test('the environment says where the cache is, as for huggingface_hub', () => {
  const folderOf = (environment: Record<string, string>) =>
    hubSettings(environment, '/home/user').cacheFolder;
  expect(folderOf({})).toBe('/home/user/.cache/huggingface/hub');
  expect(folderOf({ XDG_CACHE_HOME: '/x' })).toBe('/x/huggingface/hub');
  expect(folderOf({ XDG_CACHE_HOME: '/x', HF_HOME: '~/h' })).toBe('/home/user/h/hub');
  expect(folderOf({ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' })).toBe('/old');
  expect(folderOf({ HF_HUB_CACHE: '$BASE/c', HUGGINGFACE_HUB_CACHE: '/old', BASE: '/b' })).toBe('/b/c');
  expect(
    hubSettings({ HF_HUB_OFFLINE: 'YES', HF_TOKEN: ' t ', HF_ENDPOINT: 'https://m.example' }, '/h'),
  ).toMatchObject({
    ...{ offline: true, token: 't', endpoint: 'https://m.example' },
  });
  expect(hubSettings({ HF_HUB_OFFLINE: '0', HF_TOKEN: '' }, '/h')).toMatchObject({ offline: false });
});
