import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PullProgress } from '../src/index.ts';
import { defaultCommit, gitSha1, randomBytes, sha256 } from './fake-hub.ts';
import { createTestHub, serve } from './test-hub.ts';

const weights = randomBytes(1_000_003);
const config = Buffer.from('{"model_type": "llama"}');
const repository = {
  'model-Q4_K_M.gguf': weights,
  'model-Q8_0.gguf': randomBytes(1_500_000, 2),
  'config.json': config,
  'README.md': Buffer.from('read me'),
};

test('downloads a quantization into the layout of the Hugging Face cache', async () => {
  const server = await serve({ 'owner/name': { files: repository } });
  const { hub, cacheFolder } = await createTestHub(server);
  const model = await hub.pull('hf:owner/name:q4_k_m');
  const root = join(cacheFolder, 'models--owner--name');
  const pointer = join(root, 'snapshots', defaultCommit, 'model-Q4_K_M.gguf');
  expect(model).toEqual({
    reference: 'hf:owner/name:q4_k_m',
    path: pointer,
    files: [{ path: pointer, bytes: weights.length }],
    bytes: weights.length,
    downloadedBytes: weights.length,
    revision: defaultCommit,
    quantization: 'Q4_K_M',
    format: 'gguf',
  });
  expect(readFileSync(pointer).equals(weights)).toBe(true);
  expect(readlinkSync(pointer)).toBe(`../../blobs/${sha256(weights)}`);
  expect(readdirSync(join(root, 'blobs'))).toEqual([sha256(weights)]);
  expect(readFileSync(join(root, 'refs', 'main'), 'utf8')).toBe(defaultCommit);
  expect(readdirSync(join(cacheFolder, '.locks', 'models--owner--name'))).toEqual([]);
  expect(server.repeatedBytes('model-Q4_K_M.gguf', weights.length)).toBe(0);
});

test('small files are named by their git hash, in folders, under a revision with a slash', async () => {
  const files = { 'onnx/a b%20c.json': config, 'onnx/empty.txt': Buffer.alloc(0), 'other.json': config };
  const server = await serve({ 'owner/name': { files } });
  const { hub, cacheFolder } = await createTestHub(server);
  const model = await hub.pull('hf:owner/name@refs/pr/1:onnx');
  expect(basename(model.path)).toBe('onnx');
  expect(readFileSync(join(model.path, 'a b%20c.json'), 'utf8')).toBe(config.toString());
  expect(readFileSync(join(model.path, 'empty.txt'))).toHaveLength(0);
  expect(readlinkSync(join(model.path, 'a b%20c.json'))).toBe(`../../../blobs/${gitSha1(config)}`);
  const root = join(cacheFolder, 'models--owner--name');
  expect(readFileSync(join(root, 'refs/refs/pr/1'), 'utf8')).toBe(defaultCommit);
});

test('what is there is not downloaded again, and is found without the network', async () => {
  const server = await serve({ 'owner/name': { files: repository } });
  const { hub, settings } = await createTestHub(server);
  expect(await hub.find('hf:owner/name:Q4_K_M')).toBeUndefined();
  const first = await hub.pull('hf:owner/name:Q4_K_M');
  const before = server.log.length;
  expect(await hub.pull('hf:owner/name:Q4_K_M')).toEqual({ ...first, downloadedBytes: 0 });
  expect(server.log.length).toBe(before);
  const requests = server.requests;
  const found = { ...first, downloadedBytes: 0 };
  expect(await hub.find('hf:owner/name:Q4_K_M')).toEqual(found);
  expect(await hub.resolve('hf:owner/name:Q4_K_M')).toEqual(found);
  expect(await hub.find(`hf:owner/name@${defaultCommit}:Q4_K_M`)).toMatchObject({ path: first.path });
  expect(await hub.find('hf:owner/name')).toMatchObject({ path: first.path, reason: 'it is the only one' });
  expect(server.requests).toBe(requests);
  const { createNodeHub } = await import('../src/node.ts');
  const offline = createNodeHub({ ...settings, offline: true });
  expect(await offline.pull('hf:owner/name:Q4_K_M')).toEqual(found);
  await expect(offline.pull('hf:owner/name:Q8_0')).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('offline'),
  });
  expect(server.requests).toBe(requests);
});

test('a list of several pages', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 25 }, (_, i) => [`file-${i}.json`, Buffer.from(`${i}`)]),
  );
  const server = await serve({ 'owner/name': { files } }, 10);
  const { hub } = await createTestHub(server);
  const model = await hub.pull('hf:owner/name:*.json');
  expect(model.files).toHaveLength(25);
  expect(server.apiRequests).toHaveLength(4);
});

test('a split model comes whole, and offline only whole', async () => {
  const name = (part: number) => `Q2_K/model-Q2_K-0000${part}-of-00003.gguf`;
  const files = Object.fromEntries([1, 2, 3].map((part) => [name(part), randomBytes(5000, part)]));
  const server = await serve({ 'owner/name': { files } });
  const { hub } = await createTestHub(server);
  const model = await hub.pull('hf:owner/name:Q2_K');
  expect(basename(model.path)).toBe('model-Q2_K-00001-of-00003.gguf');
  expect(model.files).toHaveLength(3);
  const other = await createTestHub(server);
  server.cdnFault = (_request, response, url) => {
    if (!url.pathname.includes('00003-of')) return false;
    response.writeHead(404).end();
    return true;
  };
  await expect(other.hub.pull(`hf:owner/name:${name(2)}`)).rejects.toMatchObject({ code: 'not-found' });
  expect(await other.hub.find('hf:owner/name:Q2_K')).toBeUndefined();
});

test('folders of safetensors and of GenAI are complete before they are found', async () => {
  const tokenizer = Buffer.from('{}');
  const server = await serve({
    'o/safetensors': {
      files: {
        'config.json': config,
        'tokenizer.json': tokenizer,
        'model.safetensors': weights,
        'consolidated.safetensors': weights,
        'pytorch_model.bin': weights,
      },
    },
    'o/genai': {
      files: {
        'cpu/genai_config.json': config,
        'cpu/tokenizer.json': tokenizer,
        'cpu/model.onnx': tokenizer,
        'cpu/model.onnx.data': weights,
        'gpu/genai_config.json': config,
      },
    },
  });
  const { hub } = await createTestHub(server);
  const model = await hub.pull('hf:o/safetensors');
  expect(readdirSync(model.path).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  await expect(hub.pull('hf:o/genai')).rejects.toThrow('more than one model fits; name one of cpu, gpu');
  server.cdnFault = (_request, response) => response.writeHead(404).end() && true;
  await expect(hub.pull('hf:o/genai:cpu')).rejects.toMatchObject({ code: 'not-found' });
  expect(await hub.find('hf:o/genai:cpu')).toBeUndefined();
  server.cdnFault = undefined;
  expect((await hub.pull('hf:o/genai:cpu')).files).toHaveLength(4);
  expect(await hub.find('hf:o/genai:cpu')).toMatchObject({ format: 'genai' });
});

test('progress counts each file and all of them', async () => {
  const server = await serve({ 'owner/name': { files: repository } });
  const { hub } = await createTestHub(server);
  const seen: PullProgress[] = [];
  await hub.pull('hf:owner/name:*', { onProgress: (progress) => seen.push(progress) });
  const total = Object.values(repository).reduce((sum, { length }) => sum + length, 0);
  const downloads = seen.filter(({ phase }) => phase === 'download').map(({ loaded }) => loaded);
  expect(downloads).toEqual([...downloads].sort((a, b) => a - b));
  expect(seen.at(-1)).toMatchObject({ loaded: total, total, fileCount: 4, filesDone: 4 });
  expect(new Set(seen.map(({ file }) => file))).toEqual(new Set(Object.keys(repository)));
  expect(seen.every(({ fileLoaded, fileTotal }) => fileLoaded <= fileTotal)).toBe(true);
  expect(seen.some(({ phase }) => phase === 'verify')).toBe(true);
});

describe('what is not there', () => {
  test.each([
    ['hf:owner/name:Q3_K_S', 'not-found', 'Q4_K_M, Q8_0'],
    ['hf:owner/name@v9:Q4_K_M', 'not-found', 'RevisionNotFound'],
    ['hf:owner/none', 'access', 'HF_TOKEN'],
  ])('%s', async (reference, code, text) => {
    const server = await serve({ 'owner/name': { files: repository } });
    const { hub, cacheFolder } = await createTestHub(server);
    await expect(hub.pull(reference)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(existsSync(cacheFolder)).toBe(false);
  });
});

test('a blob of the wrong size is downloaded again', async () => {
  const server = await serve({ 'owner/name': { files: repository } });
  const { hub, cacheFolder } = await createTestHub(server);
  const { path } = await hub.pull('hf:owner/name:Q4_K_M');
  const { truncateSync } = await import('node:fs');
  truncateSync(join(cacheFolder, 'models--owner--name', 'blobs', sha256(weights)), 1000);
  await hub.pull('hf:owner/name:Q4_K_M');
  expect(readFileSync(path).equals(weights)).toBe(true);
});

test('a disk without room is noticed before anything is downloaded', async () => {
  const server = await serve({
    'owner/name': {
      files: repository,
      editListing: (entries) =>
        entries.map((entry) => ({ ...entry, size: 2 ** 52, lfs: { oid: 'a'.repeat(64), size: 2 ** 52 } })),
    },
  });
  const { hub } = await createTestHub(server);
  await expect(hub.pull('hf:owner/name:Q4_K_M')).rejects.toMatchObject({ code: 'no-space' });
  expect(server.log).toEqual([]);
});
