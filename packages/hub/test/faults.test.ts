import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NodeHubOptions } from '../src/node.ts';
import { type FakeHub, randomBytes, sha256 } from './fake-hub.ts';
import { createTestHub, serve } from './test-hub.ts';

const weights = randomBytes(500_001);
const reference = 'hf:owner/name:model.gguf';
const repositories = { 'owner/name': { files: { 'model.gguf': weights } } };

async function start(options: NodeHubOptions = {}) {
  const server = await serve(repositories);
  const { hub, clock, cacheFolder } = await createTestHub(server, options);
  const pull = async (signal?: AbortSignal) =>
    readFileSync((await hub.pull(reference, { signal })).path).equals(weights);
  return { server, hub, clock, pull, blobs: join(cacheFolder, 'models--owner--name', 'blobs') };
}

/** Answers the first `count` requests to the CDN in another way. */
function firstTimes(
  server: FakeHub,
  count: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  let left = count;
  server.cdnFault = (request, response) => {
    if (left-- <= 0) return false;
    answer(request, response);
    return true;
  };
}

describe('connections that break', () => {
  test('after every few thousand bytes: each byte is still sent about once', async () => {
    const { server, pull } = await start({ connections: 3 });
    let count = 0;
    server.cdnFault = (request, response) => {
      const start = Number(/\d+/.exec(request.headers.range!)![0]);
      const end = Number(/-(\d+)/.exec(request.headers.range!)![1]) + 1;
      if (count++ % 3 === 2) return false;
      const sent = Math.min(end - start, 7000 + count * 13);
      server.log.push({
        path: 'model.gguf',
        range: request.headers.range,
        authorization: undefined,
        start,
        sent,
      });
      response.writeHead(206, {
        'content-range': `bytes ${start}-${end - 1}/${weights.length}`,
        'content-length': end - start,
      });
      response.write(weights.subarray(start, start + sent), () => setTimeout(() => response.destroy(), 5));
      return true;
    };
    expect(await pull()).toBe(true);
    expect(count).toBeGreaterThan(16);
    expect(server.repeatedBytes('model.gguf', weights.length)).toBeLessThan(64 * 1024);
  });

  test('at once, five times: waits longer and longer', async () => {
    const { server, pull, clock } = await start({ connections: 1 });
    firstTimes(server, 5, (_request, response) => response.destroy());
    expect(await pull()).toBe(true);
    expect(clock.pauses).toEqual([750, 1500, 3000, 6000, 12000]);
  });

  test('for good: an error that says so, and no endless loop', async () => {
    const { server, pull, clock } = await start({ connections: 1 });
    server.cdnFault = (_request, response) => response.destroy() && true;
    await expect(pull()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/gave up after 6 attempts/),
    });
    expect(clock.pauses).toHaveLength(5);
  });

  test('a server that is not there', async () => {
    const { server, pull } = await start();
    await server.close();
    await expect(pull()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('could not be reached'),
    });
  });

  test('a server that goes silent', async () => {
    const { server, pull } = await start({ idleTimeout: 100, connections: 2 });
    let count = 0;
    server.cdnFault = (request, response) => {
      if (count++ > 1) return false;
      if (count === 1) return true;
      const [, first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!;
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${weights.length}` });
      response.write(weights.subarray(Number(first), Number(first) + 100));
      return true;
    };
    expect(await pull()).toBe(true);
    expect(server.log.some(({ start: from }) => from === 100)).toBe(true);
  });

  test('a slow server is not taken for a silent one', async () => {
    const { server, pull } = await start({ idleTimeout: 200, connections: 4 });
    server.speed = 250;
    server.pieceBytes = 16 * 1024;
    expect(await pull()).toBe(true);
    expect(server.repeatedBytes('model.gguf', weights.length)).toBe(0);
  });
});

describe('statuses', () => {
  test.each([408, 429, 500, 502, 503, 504])('%d is tried again', async (status) => {
    const { server, pull } = await start();
    firstTimes(server, 3, (_request, response) => response.writeHead(status).end('no'));
    expect(await pull()).toBe(true);
  });

  test.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ ratelimit: '"api";r=0;t=55' }, 55_000],
    [{ 'retry-after': 'soon' }, 750],
  ])('429 with %j waits %d ms', async (headers, pause) => {
    const { server, pull, clock } = await start({ connections: 1 });
    let isFirst = true;
    server.fault = (_request, response) => {
      if (!isFirst) return false;
      isFirst = false;
      return response.writeHead(429, headers as OutgoingHttpHeaders).end() && true;
    };
    expect(await pull()).toBe(true);
    expect(clock.pauses).toEqual([pause]);
  });

  test('a pause of an hour is not waited for', async () => {
    const { server, pull, clock } = await start();
    server.fault = (_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end() && true;
    await expect(pull()).rejects.toThrow(/asked again in 3600 s/);
    expect(clock.pauses).toEqual([]);
  });

  test('a signed address that expired is asked for anew', async () => {
    const { server, pull } = await start({ connections: 1 });
    let count = 0;
    server.cdnFault = (_request, response) => (++count === 3 ? response.writeHead(403).end() && true : false);
    expect(await pull()).toBe(true);
  });

  test('a gated repository', async () => {
    const { server, pull } = await start();
    server.fault = (_request, response, url) =>
      url.pathname.includes('/resolve/') &&
      response.writeHead(403, { 'x-error-code': 'GatedRepo', 'x-error-message': 'ask first' }).end() &&
      true;
    await expect(pull()).rejects.toMatchObject({
      code: 'access',
      message: expect.stringMatching(/ask first.*accept the conditions/),
    });
  });
});

describe('redirects', () => {
  test('the token goes to the endpoint and nowhere else', async () => {
    const { server, pull } = await start({ token: 'hf_secret' });
    const seen: (string | undefined)[] = [];
    server.fault = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    expect(await pull()).toBe(true);
    expect(new Set(seen)).toEqual(new Set(['Bearer hf_secret']));
    expect(new Set(server.log.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
  });

  test('a renamed repository: relative redirects are followed, with the token', async () => {
    const server = await serve({ 'new/name': repositories['owner/name'] });
    const { hub } = await createTestHub(server, { token: 't' });
    server.fault = (request, response) => {
      if (request.headers.authorization !== 'Bearer t') return response.writeHead(401).end() && true;
      if (!request.url!.includes('owner/name')) return false;
      return (
        response.writeHead(307, { location: request.url!.replace('owner/name', 'new/name') }).end() && true
      );
    };
    expect(readFileSync((await hub.pull(reference)).path).equals(weights)).toBe(true);
  });

  test.each([
    [{ location: '/again' }, 'more than 10 redirects'],
    [{}, 'redirects to nowhere'],
    [{ location: 'file:///etc/passwd' }, 'redirects to file://'],
  ])('%j', async (headers, text) => {
    const { server, pull } = await start();
    server.fault = (_request, response) =>
      response.writeHead(302, headers as OutgoingHttpHeaders).end() && true;
    await expect(pull()).rejects.toMatchObject({ code: 'network', message: expect.stringContaining(text) });
  });

  test('from https to http is refused', async () => {
    const { server } = await start();
    const fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'http://127.0.0.1/x' } });
    const { hub } = await createTestHub(server, { endpoint: 'https://hub.example', fetch });
    await expect(hub.pull(reference)).rejects.toThrow('redirects to http://');
  });
});

describe('lies', () => {
  const parts = (request: IncomingMessage) => {
    const [, first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!;
    return { first: Number(first), last: Number(last) };
  };

  test.each([true, false])('ranges are ignored; Content-Length given: %s', async (hasLength) => {
    const { server, pull } = await start();
    server.cdnFault = (_request, response) => {
      response.writeHead(200, hasLength ? { 'content-length': weights.length } : {}).end(weights);
      return true;
    };
    expect(await pull()).toBe(true);
  });

  test('ranges are ignored only later', async () => {
    const { server, pull } = await start({ connections: 2 });
    let count = 0;
    server.cdnFault = (_request, response) => ++count > 2 && response.writeHead(200).end(weights) && true;
    expect(await pull()).toBe(true);
  });

  test('ranges are ignored and the stream breaks off every time at another place', async () => {
    const { server, pull } = await start();
    let count = 0;
    server.cdnFault = (_request, response) => {
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, ++count * 60_000), () => setTimeout(() => response.destroy(), 5));
      return true;
    };
    expect(await pull()).toBe(true);
    expect(count).toBe(9); // the first attempt shows that ranges are ignored, the last one has all bytes
  });

  test.each([
    ['no Content-Range', () => ({})],
    ['a damaged Content-Range', () => ({ 'content-range': 'bytes 0-' })],
    [
      'a range that begins elsewhere',
      (first: number, last: number) => ({ 'content-range': `bytes ${first + 1}-${last}/${weights.length}` }),
    ],
    [
      'a range that ends later',
      (first: number, last: number) => ({ 'content-range': `bytes ${first}-${last + 1}/*` }),
    ],
    [
      'a length that contradicts the range',
      (first: number, last: number) => ({
        'content-length': last - first + 1,
        'content-range': `bytes ${first}-${last - 1}/${weights.length}`,
      }),
    ],
  ])('%s once is tried again, and always is an error', async (_name, headers) => {
    for (const times of [1, 1000]) {
      const { server, pull } = await start({ connections: 1 });
      firstTimes(server, times, (request, response) => {
        const { first, last } = parts(request);
        response.writeHead(206, headers(first, last)).end(weights.subarray(first, last + 1));
      });
      if (times === 1) expect(await pull()).toBe(true);
      else await expect(pull()).rejects.toMatchObject({ code: 'network' });
    }
  });

  test('a body that is too short or too long', async () => {
    const { server, pull } = await start({ connections: 1 });
    let count = 0;
    server.cdnFault = (request, response) => {
      const { first, last } = parts(request);
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${weights.length}` });
      const more = count++ % 2 === 0 ? -100 : 100;
      response.end(weights.subarray(first, Math.max(first + 1, last + 1 + more)));
      return true;
    };
    expect(await pull()).toBe(true);
  });

  test('another size than in the list', async () => {
    const { server, pull } = await start();
    server.cdnFault = (_request, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-65535/600000' }).end(weights.subarray(0, 65536)) &&
      true;
    await expect(pull()).rejects.toThrow('600000 bytes instead of 500001');
  });

  test('a hash that changes on the way', async () => {
    const { server, pull } = await start();
    server.fault = (_request, response, url) =>
      url.pathname.includes('/resolve/') &&
      response
        .writeHead(302, { location: `${server.cdn}/x`, 'x-linked-etag': `"${'0'.repeat(64)}"` })
        .end() &&
      true;
    server.cdnFault = (_request, response) => response.writeHead(200).end(weights) && true;
    await expect(pull()).rejects.toThrow(`its hash is ${'0'.repeat(64)}`);
  });

  test('wrong bytes: once they are fetched again, twice they are an error, and none of them stays', async () => {
    for (const times of [1, 1000]) {
      const { server, pull, blobs } = await start({ connections: 1, rangeBytes: 2 ** 20 });
      firstTimes(server, times, (request, response) => {
        const { first, last } = parts(request);
        const wrong = Buffer.from(weights.subarray(first, last + 1));
        wrong[1000]! ^= 1;
        response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${weights.length}` }).end(wrong);
      });
      if (times === 1) expect(await pull()).toBe(true);
      else {
        await expect(pull()).rejects.toMatchObject({
          code: 'invalid-file',
          message: expect.stringMatching(/^model\.gguf: .*sha256/),
        });
        expect(readdirSync(blobs)).toEqual([]);
      }
    }
  });
});

describe('lists that cannot be right', () => {
  const entry = (more: object) => [
    { type: 'file', path: 'model.gguf', size: 10, oid: 'a'.repeat(40), ...more },
  ];
  test.each([
    ['no list', {}],
    ['a size below 0', entry({ size: -1 })],
    ['a size with a fraction', entry({ size: 1.5 })],
    ['a size as text', entry({ size: '10' })],
    ['no path', entry({ path: undefined })],
    ['a hash that is a path', entry({ oid: `../${'a'.repeat(37)}` })],
    ['a hash in upper case', entry({ lfs: { oid: 'A'.repeat(64), size: 10 } })],
    ['no hash', entry({ oid: undefined })],
  ])('%s', async (_name, listing) => {
    const server = await serve({ 'owner/name': { files: {}, editListing: () => listing } });
    const { hub } = await createTestHub(server);
    await expect(hub.pull(reference)).rejects.toMatchObject({ code: 'invalid-file' });
  });

  test.each(['nonsense', '{"sha": "../../x"}', '{"sha": 5}', 'null'])(
    '%s instead of a commit',
    async (text) => {
      const { server, pull } = await start();
      server.fault = (_request, response) => response.end(text) && true;
      await expect(pull()).rejects.toMatchObject({ code: 'invalid-file' });
    },
  );

  test('a next page on another host', async () => {
    const { server, pull } = await start({ token: 't' });
    server.fault = (_request, response, url) =>
      url.pathname.includes('/tree/') &&
      response.setHeader('link', '<http://localhost:1/x>; rel="next"').end('[]') &&
      true;
    await expect(pull()).rejects.toThrow('another host');
  });

  test('pages without end', async () => {
    const { server, pull } = await start();
    server.fault = (request, response, url) =>
      url.pathname.includes('/tree/') &&
      response.setHeader('link', `<${request.url}>; rel="next"`).end('[]') &&
      true;
    await expect(pull()).rejects.toThrow('does not end');
  });
});

test('aborting stops at once, says why, and leaves what was downloaded', async () => {
  const { server, pull, blobs } = await start({ connections: 2 });
  server.speed = 200;
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 500);
  await expect(pull(controller.signal)).rejects.toBe(reason);
  const names = readdirSync(blobs);
  expect(names).toEqual([
    `${sha256(weights)}.llamella.incomplete`,
    `${sha256(weights)}.llamella.journal.incomplete`,
  ]);
  server.speed = 0;
  expect(await pull()).toBe(true);
  expect(server.repeatedBytes('model.gguf', weights.length)).toBeLessThan(64 * 1024);
  expect(readdirSync(blobs)).toEqual([sha256(weights)]);
});
