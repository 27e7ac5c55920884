import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { randomBytes } from './fake-hub.ts';
import { createTestHub, serve } from './test-hub.ts';

const weights = randomBytes(300_000);

/** A proxy that counts what goes through it. */
async function startProxy() {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url!);
    const target = new URL(request.url!);
    const upstream = connect(Number(target.port), target.hostname, () => {
      const { host: _, ...headers } = request.headers;
      const lines = Object.entries({ ...headers, host: target.host, connection: 'close' }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      upstream.write(
        `${request.method} ${target.pathname}${target.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`,
      );
      upstream.pipe(response.socket!);
    });
  });
  proxy.on('connect', (request, socket, head) => {
    seen.push(`CONNECT ${request.url}`);
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    for (const side of [socket, upstream]) side.on('error', () => {});
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen };
}

test('a proxy of the environment is used, with redirects, ranges and resuming', async () => {
  const server = await serve({ 'owner/name': { files: { 'model.gguf': weights } } });
  const proxy = await startProxy();
  const { hub } = await createTestHub(server, { environment: { HTTP_PROXY: proxy.url } });
  const { path } = await hub.pull('hf:owner/name');
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect(proxy.seen.length).toBeGreaterThan(0);
  const direct = server.requests;
  expect(direct).toBeGreaterThan(0);
});

test('NO_PROXY is kept', async () => {
  const server = await serve({ 'owner/name': { files: { 'model.gguf': weights } } });
  const proxy = await startProxy();
  const { hub } = await createTestHub(server, {
    environment: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
  });
  await hub.pull('hf:owner/name');
  expect(proxy.seen).toEqual([]);
});

test('a proxy that is not there is an error', async () => {
  const server = await serve({ 'owner/name': { files: { 'model.gguf': weights } } });
  const { hub } = await createTestHub(server, { environment: { HTTP_PROXY: 'http://127.0.0.1:9' } });
  await expect(hub.pull('hf:owner/name')).rejects.toMatchObject({ code: 'network' });
  expect(server.requests).toBe(0);
});
