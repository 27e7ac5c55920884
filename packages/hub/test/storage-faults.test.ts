import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHub, type HubPlatform, type HubStorage } from '../src/index.ts';
import { openDiskFile } from '../src/node/disk-file.ts';
import { createDiskStorage } from '../src/node.ts';
import { randomBytes } from './fake-hub.ts';
import { createTestClock, createTestHub, serve, temporaryFolder } from './test-hub.ts';

const weights = randomBytes(400_001);
const files = { 'model.gguf': weights };

function platformOf(storage: HubStorage): HubPlatform {
  return {
    fetch: (url, options) => fetch(url, options),
    storage,
    urlStorage: storage,
    clock: createTestClock(),
    createHash(algorithm) {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
  };
}

test('a disk that becomes full: says so at once, and goes on once there is room', async () => {
  const server = await serve({ 'owner/name': { files } });
  const folder = join(await temporaryFolder(), 'cache');
  const disk = createDiskStorage(folder);
  let room = 150_000;
  const storage: HubStorage = {
    ...disk,
    async open(path) {
      const file = await disk.open(path);
      const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const handle = { write: () => Promise.reject(full) } as unknown as Parameters<typeof openDiskFile>[0];
      const failing = openDiskFile(handle, path);
      return {
        ...file,
        write: async (offset, bytes) => {
          room -= bytes.length;
          await (room < 0 ? failing : file).write(offset, bytes);
        },
      };
    },
  };
  const options = { endpoint: server.endpoint, rangeBytes: 65536 };
  const requests = server.log.length;
  await expect(createHub(platformOf(storage), options).pull('hf:owner/name')).rejects.toMatchObject({
    code: 'no-space',
    message: expect.stringContaining('disk is full'),
  });
  expect(server.log.length - requests).toBeLessThan(12);
  room = Number.POSITIVE_INFINITY;
  const model = await createHub(platformOf(storage), options).pull('hf:owner/name');
  expect(readFileSync(model.path).equals(weights)).toBe(true);
  expect(model.downloadedBytes).toBeLessThan(weights.length - 50_000);
});

test('too little room is noticed before anything is asked for; what is there already counts', async () => {
  const server = await serve({ 'owner/name': { files } });
  const disk = createDiskStorage(join(await temporaryFolder(), 'cache'));
  let free = 32 * 2 ** 20 + 400_000;
  const hub = createHub(platformOf({ ...disk, freeBytes: async () => free }), { endpoint: server.endpoint });
  await expect(hub.pull('hf:owner/name')).rejects.toMatchObject({ code: 'no-space' });
  expect(server.log).toEqual([]);
  free++;
  await hub.pull('hf:owner/name');
  free = 0;
  await hub.pull('hf:owner/name');
});

test('a file system without links: the file lies in the snapshot itself', async () => {
  const server = await serve({ 'owner/name': { files } });
  const folder = join(await temporaryFolder(), 'cache');
  const disk = createDiskStorage(folder);
  const storage: HubStorage = { ...disk, link: (path, target) => disk.rename(target, path) };
  const hub = createHub(platformOf(storage), { endpoint: server.endpoint });
  const { path } = await hub.pull('hf:owner/name');
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect(readdirSync(join(folder, 'models--owner--name/blobs'))).toEqual([]);
  expect((await hub.pull('hf:owner/name')).downloadedBytes).toBe(0);
  expect(await hub.remove('hf:owner/name')).toMatchObject({ freedBytes: weights.length });
});

test('a damaged journal, or one of another size, starts anew', async () => {
  const server = await serve({ 'owner/name': { files } });
  const { hub, cacheFolder } = await createTestHub(server, { connections: 2 });
  const blobs = join(cacheFolder, 'models--owner--name/blobs');
  const { writeFileSync, rmSync } = await import('node:fs');
  for (const seed of [1, 2, 3, 4, 5]) {
    let left = 5;
    server.cdnFault = (_request, response) => left-- <= 0 && response.writeHead(404).end() && true;
    await expect(hub.pull('hf:owner/name')).rejects.toMatchObject({ code: 'not-found' });
    const journal = join(blobs, readdirSync(blobs).find((name) => name.includes('journal'))!);
    const bytes = readFileSync(journal);
    const damaged = seed < 4 ? randomBytes(bytes.length, seed) : bytes.subarray(0, bytes.length - seed);
    if (seed === 3) bytes.copy(damaged, 0, 0, 24); // a good header before impossible numbers
    writeFileSync(journal, damaged);
    server.cdnFault = undefined;
    const { path } = await hub.pull('hf:owner/name');
    expect(readFileSync(path).equals(weights)).toBe(true);
    rmSync(cacheFolder, { recursive: true });
  }
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'any mixture of faults ends with the right bytes (seed %d)',
  async (seed) => {
    const server = await serve({ 'owner/name': { files } });
    const { hub } = await createTestHub(server, { maximumAttempts: 50, idleTimeout: 100, connections: 3 });
    const random = randomBytes(4000, seed);
    let at = 0;
    server.cdnFault = (request, response) => {
      const [, first, last] = /(\d+)-(\d+)/.exec(request.headers.range ?? 'bytes=0-400000')!.map(Number) as [
        0,
        number,
        number,
      ];
      const body = weights.subarray(first, last + 1);
      const header = { 'content-range': `bytes ${first}-${last}/${weights.length}` };
      const cut = (random[at++ % 4000]! / 256) * body.length;
      switch (random[at++ % 4000]! % 10) {
        case 0:
          return response.destroy() && true;
        case 1:
          return response.writeHead(503).end() && true;
        case 2:
          return response.writeHead(206, { ...header, 'content-range': 'bytes 5-9/x' }).end(body) && true;
        case 3:
          response.writeHead(206, { ...header, 'content-length': body.length });
          return response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 3)) || true;
        case 4:
          return response.writeHead(206, header).write(body.subarray(0, cut)) || true; // and silence
        case 5:
          return response.writeHead(206, header).end(Buffer.concat([body, body])) && true;
        case 6:
          return response.writeHead(429, { 'retry-after': '1' }).end() && true;
        case 7:
          return response.writeHead(403).end() && true;
        default:
          return false;
      }
    };
    // A refusal by the origin is final; one by an address that it gave a moment ago means that the address expired.
    const pulled = async () => {
      for (let round = 0; ; round++) {
        try {
          return await hub.pull('hf:owner/name');
        } catch (error) {
          expect(error).toMatchObject({ code: 'access' });
          expect(round).toBeLessThan(100);
        }
      }
    };
    expect(readFileSync((await pulled()).path).equals(weights)).toBe(true);
  },
);
