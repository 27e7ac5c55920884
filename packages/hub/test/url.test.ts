import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { randomBytes } from './fake-hub.ts';
import { createTestHub, serve } from './test-hub.ts';

const first = randomBytes(300_000, 1);
const second = randomBytes(310_000, 2);

/** A plain web server: whatever the path, this file. */
async function start(content: () => { bytes: Buffer; headers?: object }) {
  const server = await serve({});
  server.fault = (request: IncomingMessage, response: ServerResponse, url) => {
    const { bytes, headers } = content();
    void server.send(request, response, url.pathname, bytes, headers);
    return true;
  };
  return { server, ...(await createTestHub(server)) };
}

test('downloads a file, finds it again, and gets a new version', async () => {
  let version = { bytes: first, headers: { etag: '"1"' } };
  const { server, hub } = await start(() => version);
  const url = `${server.endpoint}/files/my%20model.gguf?token=secret`;
  const model = await hub.pull(url);
  expect(readFileSync(model.path).equals(first)).toBe(true);
  expect(basename(model.path)).toBe('my model.gguf');
  expect(model.reference).toBe(`${server.endpoint}/files/my%20model.gguf`);
  expect((await hub.find(url))?.path).toBe(model.path);
  expect((await hub.pull(url)).downloadedBytes).toBe(0);
  version = { bytes: second, headers: { etag: '"2"' } };
  const newer = await hub.pull(url);
  expect(readFileSync(newer.path).equals(second)).toBe(true);
  const { models } = await hub.list();
  expect(models.map(({ bytes }) => bytes).sort()).toEqual([300_000, 310_000]);
  expect((await hub.remove(url)).freedBytes).toBe(610_000);
  expect((await hub.list()).models).toEqual([]);
});

test('a file that changes between two ranges is downloaded from the start', async () => {
  let version = { bytes: first, headers: { etag: '"1"' } };
  let count = 0;
  const { server, hub } = await start(() => {
    if (++count === 3) version = { bytes: second, headers: { etag: '"2"' } };
    return version;
  });
  const { path } = await hub.pull(`${server.endpoint}/model.gguf`);
  expect(readFileSync(path).equals(second)).toBe(true);
});

test('a file that changes all the time is an error', async () => {
  let count = 0;
  const { server, hub } = await start(() => ({ bytes: first, headers: { etag: `"${++count}"` } }));
  await expect(hub.pull(`${server.endpoint}/model.gguf`)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('has changed on the server'),
  });
});

test.each([{}, { etag: 'W/"weak"' }, { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }])(
  'with %j',
  async (headers) => {
    const { server, hub } = await start(() => ({ bytes: first, headers }));
    expect(readFileSync((await hub.pull(`${server.endpoint}/model.gguf`)).path).equals(first)).toBe(true);
  },
);

test('all parts of a split model come, whichever was named', async () => {
  const { server, hub } = await start(() => ({ bytes: first, headers: { etag: '"1"' } }));
  const url = (part: number) => `${server.endpoint}/m-Q4_0-0000${part}-of-00003.gguf?x=1`;
  const model = await hub.pull(url(2));
  expect(model.files).toHaveLength(3);
  expect(basename(model.path)).toBe('m-Q4_0-00001-of-00003.gguf');
  expect(await hub.find(url(3))).toMatchObject({ path: model.path, quantization: 'Q4_0' });
});

test('a server that does not say how large a file is', async () => {
  const { server, hub } = await start(() => ({ bytes: first }));
  server.fault = (_request, response) =>
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(first) && true;
  await expect(hub.pull(`${server.endpoint}/model.gguf`)).rejects.toMatchObject({ code: 'unsupported' });
});

test('a server without ranges', async () => {
  const { server, hub } = await start(() => ({ bytes: first }));
  server.fault = (_request, response) =>
    response.writeHead(200, { 'content-length': first.length, etag: '"1"' }).end(first) && true;
  expect(readFileSync((await hub.pull(`${server.endpoint}/model.gguf`)).path).equals(first)).toBe(true);
});

test('the token of the Hub is not sent to other hosts', async () => {
  const server = await serve({});
  const { hub } = await createTestHub(server, { endpoint: 'https://hub.example', token: 'secret' });
  server.fault = (request, response, url) => {
    void server.send(request, response, url.pathname, first, { etag: '"1"' });
    return true;
  };
  await hub.pull(`${server.endpoint}/model.gguf`);
  expect(server.log.every(({ authorization }) => authorization === undefined)).toBe(true);
});
