import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { absence, bundleProgram, type Call, isReady, openSite, type Tab } from './browser-page.ts';
import { type FakeHub, randomBytes, sha256 } from './fake-hub.ts';
import { madeBytes } from './made-bytes.ts';
import { serve, temporaryFolder } from './test-hub.ts';

const weights = randomBytes(1_500_001);
const rangeBytes = 64 * 1024;
const connections = 4;
const reference = 'hf:owner/name:model.gguf';
const files = { 'model.gguf': weights, 'README.md': randomBytes(300) };

describe.skipIf(absence !== undefined)(`in Chromium (${absence ?? 'found'})`, () => {
  let browser: Browser;
  let shared: Tab | undefined;
  let lastFolder = 0;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A site with storage and tabs of its own. */
  async function openOwn(endpoint: string, options: object = {}) {
    const site = await openSite(browser);
    onTestFinished(() => site[Symbol.asyncDispose]());
    const settings = { endpoint, rangeBytes, connections, idleTimeout: 5000, ...options };
    const open = async () => {
      const tab = await site.open();
      await tab.call('configure', settings);
      return tab;
    };
    const again = async (page: Page, call: Call) => {
      await isReady(page);
      await call('configure', settings);
    };
    return { ...(await open()), open, again };
  }

  /** A folder of its own in a tab that tests share, which takes less time. */
  async function openTab(endpoint = 'http://localhost', options: object = {}) {
    shared ??= await (await openSite(browser)).open();
    const folder = `llamella${++lastFolder}`;
    const settings = { endpoint, folder, rangeBytes, connections, idleTimeout: 5000, ...options };
    await shared.call('configure', settings);
    await shared.call('progress');
    return { ...shared, folder };
  }

  async function serveFiles(cors: FakeHub['cors'] = 'exposed') {
    const server = await serve({ 'owner/name': { files } });
    server.cors = cors;
    return server;
  }

  const received = (page: Page, bytes: number) =>
    page.waitForFunction((bytes) => globalThis.received >= bytes, bytes, { polling: 20 });

  describe('downloads', () => {
    test('come, are found, listed and removed', async () => {
      const server = await serveFiles();
      const { call } = await openOwn(server.endpoint);
      const model = await call('pull', reference);
      const bytes = weights.length;
      expect(model).toMatchObject({ reference, format: 'gguf', bytes, downloadedBytes: bytes });
      expect(model.path).toMatch(/^opfs:\/llamella\/hub\/models--owner--name\/snapshots\/.*\/model\.gguf$/);
      expect(await call('hash', model.path)).toBe(sha256(weights));
      expect(await call('find', reference)).toEqual({ ...model, downloadedBytes: 0 });
      expect(await call('pull', reference)).toMatchObject({ downloadedBytes: 0 });
      expect(await call('list')).toMatchObject({ models: [{ bytes, isComplete: true }], partials: [] });
      expect(await call('remove', reference)).toMatchObject({ freedBytes: bytes });
      expect(await call('list')).toEqual({ models: [], partials: [], bytes: 0 });
      expect((await call('estimate')).usageBytes).toBeLessThan(100_000);
      const redirected = server.log.filter(({ range }) => range !== undefined).length;
      // Each range comes from where the first redirect led to.
      expect(server.requests - server.apiRequests.length).toBeLessThan(redirected / 2);
    });

    test('go on when the network was cut in the middle, and are there without it', async () => {
      const server = await serveFiles();
      server.speed = 150;
      const { page, call } = await openOwn(server.endpoint);
      const pulling = call('pull', reference);
      await received(page, 400_000);
      await page.context().setOffline(true);
      for (const connection of server.connections) connection.destroy();
      await page.waitForTimeout(700);
      await page.context().setOffline(false);
      server.speed = 0;
      const model = await pulling;
      expect(await call('hash', model.path)).toBe(sha256(weights));
      expect(server.repeatedBytes('model.gguf', weights.length)).toBeLessThanOrEqual(
        connections * rangeBytes,
      );
      await page.context().setOffline(true);
      expect(await call('find', reference)).toMatchObject({ path: model.path });
      expect(await call('hash', model.path)).toBe(sha256(weights));
      await call('configure', { endpoint: server.endpoint, maximumAttempts: 1 });
      await expect(call('pull', reference)).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining('this browser is offline'),
      });
    });

    test.each(['reloaded', 'killed'])('go on after the page was %s', async (how) => {
      const server = await serveFiles();
      server.speed = 150;
      const { page, call, open, again } = await openOwn(server.endpoint);
      const pulling = call('pull', reference).catch(() => 'gone');
      await received(page, 400_000);
      let second = { page, call };
      if (how === 'reloaded') {
        await page.reload();
        await again(page, call);
      } else {
        await page.goto('chrome://crash').catch(() => {});
        second = await open();
      }
      expect(await pulling).toBe('gone');
      server.speed = 0;
      expect(await second.call('find', reference)).toBeUndefined();
      expect(await second.call('list')).toMatchObject({
        models: [],
        partials: [{ reference: 'hf:owner/name' }],
      });
      const model = await second.call('pull', reference);
      expect(model.downloadedBytes).toBeLessThan(weights.length - 300_000);
      expect(await second.call('hash', model.path)).toBe(sha256(weights));
      expect(server.repeatedBytes('model.gguf', weights.length)).toBeLessThanOrEqual(
        connections * rangeBytes,
      );
    });

    test('stop when aborted, and go on', async () => {
      const server = await serveFiles();
      server.speed = 150;
      const { page, call } = await openTab(server.endpoint);
      const pulling = call('pull', reference).catch((error) => error);
      await received(page, 300_000);
      await call('abort');
      expect(await pulling).toMatchObject({ name: 'AbortError' });
      server.speed = 0;
      expect((await call('pull', reference)).downloadedBytes).toBeLessThan(weights.length - 200_000);
    });

    test('of two tabs at once come once', async () => {
      const server = await serveFiles();
      server.speed = 300;
      const first = await openOwn(server.endpoint);
      const second = await first.open();
      const models = await Promise.all([first.call('pull', reference), second.call('pull', reference)]);
      expect(models.map(({ downloadedBytes }) => downloadedBytes).sort()).toEqual([0, weights.length]);
      expect(server.repeatedBytes('model.gguf', weights.length)).toBe(0);
      const paths = models.map(({ path }) => path);
      const read = [first.call('hash', paths[0]!), second.call('hash', paths[1]!)];
      expect(await Promise.all(read)).toEqual([sha256(weights), sha256(weights)]);
      expect(await second.call('read', paths[0]!, 5, 3)).toEqual(new Uint8Array(weights.subarray(5, 8)));
      await expect(first.call('remove', reference)).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringContaining(`${reference}: it is open`),
      });
      expect(await first.call('find', reference)).toMatchObject({ path: paths[0] });
      await second.page.close();
      // The browser gives the files of a closed tab back when its worker has ended, which may take a while.
      const removed = await vi.waitFor(() => first.call('remove', reference), {
        timeout: 15_000,
        interval: 250,
      });
      expect(removed).toMatchObject({ freedBytes: weights.length });
    });

    test('of the wrong bytes are an error, and nothing of them stays', async () => {
      const server = await serveFiles();
      const { call } = await openTab(server.endpoint);
      server.cdnFault = (request, response) => {
        const wrong = Buffer.from(weights);
        wrong[700_000]! ^= 1;
        server.send(request, response, 'model.gguf', wrong);
        return true;
      };
      await expect(call('pull', reference)).rejects.toMatchObject({
        code: 'invalid-file',
        message: expect.stringContaining('sha256'),
      });
      expect(await call('find', reference)).toBeUndefined();
      expect(await call('list')).toMatchObject({ models: [], partials: [] });
      server.cdnFault = undefined;
      expect(await call('hash', (await call('pull', reference)).path)).toBe(sha256(weights));
    });

    test('that were damaged later are found, and only those come again', async () => {
      const server = await serveFiles();
      const { call } = await openTab(server.endpoint);
      const { path } = await call('pull', reference);
      expect(await call('verify', reference)).toEqual({ intact: ['model.gguf'], damaged: [], unknown: [] });
      await call('damage', path, 1_000_000);
      expect(await call('verify', 'hf:owner/name')).toMatchObject({ damaged: ['model.gguf'] });
      expect(await call('find', reference)).toBeUndefined();
      await expect(call('verify', reference)).rejects.toMatchObject({ code: 'not-found' });
      expect(await call('pull', reference)).toMatchObject({ downloadedBytes: weights.length });
      expect(await call('hash', path)).toBe(sha256(weights));
      // Those of a URL have a hash where the server names one.
      const url = `${server.cdn}/owner%2Fname/model.gguf`;
      const { path: other } = await call('pull', url);
      expect(await call('verify', url)).toMatchObject({ unknown: ['model.gguf'] });
      await call('remove', url);
      server.cdnFault = (_request, response) => {
        response.setHeader('x-linked-etag', sha256(weights));
        return false;
      };
      const { path: known } = await call('pull', url);
      expect(known).not.toBe(other);
      expect(await call('verify', url)).toMatchObject({ intact: ['model.gguf'] });
      await call('damage', known, 5);
      expect(await call('verify', url)).toMatchObject({ damaged: ['model.gguf'] });
      expect(await call('find', url)).toBeUndefined();
    });
  });

  test('the example of the README runs', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const program = await bundleProgram(/^```ts\n(import [^\n]*hub\/browser.*?)^```/ms.exec(readme)![1]!);
    const model = Buffer.from(madeBytes(50_000));
    const repository = { files: { 'Llama-3.2-1B-Instruct-Q4_K_M.gguf': model } };
    const server = await serve({ 'bartowski/Llama-3.2-1B-Instruct-GGUF': repository });
    const { page } = await openOwn(server.endpoint);
    await page.context().route('https://huggingface.co/**', async (route) => {
      const url = route.request().url().replace('https://huggingface.co', server.endpoint);
      const response = await route.fetch({ url });
      const headers = { ...response.headers(), 'access-control-allow-origin': '*' };
      await route.fulfill({ response, headers });
    });
    const isolation = { 'cross-origin-embedder-policy': 'require-corp' };
    await page
      .context()
      .route('**/readme.js', (route) =>
        route.fulfill({ body: program, contentType: 'text/javascript', headers: isolation }),
      );
    const sent = await page.evaluate(async () => {
      const worker = new Worker('/readme.js', { type: 'module' });
      const all: unknown[] = [];
      for (;;) {
        const next = await new Promise<unknown>((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        });
        all.push(next);
        if (typeof next === 'string') return all;
      }
    });
    expect(sent.at(-1)).toBe('GGUF');
    expect(sent.at(-2)).toBe(1);
  });

  describe('room', () => {
    /** Until the page is closed, or told otherwise. */
    async function quotaOf(page: Page) {
      const session = await page.context().newCDPSession(page);
      const { origin } = new URL(page.url());
      return (quotaSize?: number) =>
        session.send('Storage.overrideQuotaForOrigin', {
          origin,
          ...(quotaSize !== undefined && { quotaSize }),
        });
    }

    test('that ends in the middle: what came stays, and the rest comes once there is room', async () => {
      const server = await serveFiles();
      const { page, call } = await openOwn(server.endpoint);
      const setQuota = await quotaOf(page);
      await setQuota(900_000);
      const failure = call('pull', reference);
      await expect(failure).rejects.toMatchObject({ code: 'no-space' });
      const message =
        /^the browser gives no more room .* make room.*stays: model\.gguf has 1500001 bytes, of which \d+ are still/;
      await expect(failure).rejects.toThrow(message);
      const requests = server.log.length;
      expect(requests).toBeLessThan(weights.length / rangeBytes);
      await setQuota();
      const model = await call('pull', reference);
      expect(model.downloadedBytes).toBeLessThan(weights.length - 500_000);
      expect(await call('hash', model.path)).toBe(sha256(weights));
    });

    test('that ends while files are imported: nothing of them stays', async () => {
      const { page, call } = await openOwn('http://localhost');
      const setQuota = await quotaOf(page);
      await setQuota(900_000);
      const big = [{ path: 'big.gguf', size: 1_000_000 }];
      await expect(call('importFiles', big)).rejects.toMatchObject({ code: 'no-space' });
      expect(await call('list')).toEqual({ models: [], partials: [], bytes: 0 });
      await setQuota();
      expect(await call('importFiles', big)).toMatchObject({ reference: 'file:big.gguf' });
    });

    test('is made by removing what was used longest ago', async () => {
      const { call } = await openTab();
      for (const name of ['a', 'b', 'c', 'd']) {
        await call('importFiles', [{ path: `${name}.gguf`, size: 100_000 }]);
      }
      await call('find', 'file:a.gguf');
      const listed = async () => (await call('list')).models.map((model) => model.reference);
      await expect(call('makeRoom', 400_001, { freeBytes: 0 })).rejects.toMatchObject({ code: 'no-space' });
      expect(await call('makeRoom', 1000, { freeBytes: 1000 })).toEqual([]);
      expect(await listed()).toHaveLength(4);
      const removed = await call('makeRoom', 200_001, { freeBytes: 50_000, keep: ['file:c.gguf'] });
      expect(removed.map((model) => model.reference)).toEqual(['file:b.gguf', 'file:d.gguf']);
      expect(await listed()).toEqual(['file:a.gguf', 'file:c.gguf']);
      const [first] = await call('makeRoom', 100_000, { freeBytes: 0 });
      expect(first).toMatchObject({ reference: 'file:c.gguf', freedBytes: 100_000 });
    });
  });

  describe('servers', () => {
    async function serveAnswers(answer: (request: IncomingMessage, response: ServerResponse) => void) {
      const server = createServer(answer);
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      onTestFinished(() => {
        server.close();
        server.closeAllConnections();
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    const anyone = { 'access-control-allow-origin': '*' };

    test('that hide Content-Range from pages of others', async () => {
      const server = await serveFiles('simple');
      const { call } = await openTab(server.endpoint);
      const model = await call('pull', reference);
      expect(await call('hash', model.path)).toBe(sha256(weights));
      const url = `${server.cdn}/owner%2Fname/model.gguf`;
      const again = await call('pull', url);
      expect(again).toMatchObject({ reference: url, format: 'gguf', bytes: weights.length });
      expect(await call('hash', again.path)).toBe(sha256(weights));
      expect(await call('find', url)).toMatchObject({ path: again.path });
      expect(server.log.filter(({ range }) => range === 'bytes=0-')).toHaveLength(1);
    });

    test('without ranges', async () => {
      const origin = await serveAnswers((_request, response) =>
        response.writeHead(200, { ...anyone, 'content-length': weights.length }).end(weights),
      );
      const { call } = await openTab(origin);
      expect(await call('hash', (await call('pull', `${origin}/a/model.gguf`)).path)).toBe(sha256(weights));
    });

    test('that compress what may be compressed, and have no ranges', async () => {
      const server = await serveFiles('simple');
      server.cdnFault = (request, response) => {
        const isAllowed = /gzip/.test(String(request.headers['accept-encoding']));
        const body = isAllowed ? gzipSync(weights, { level: 1 }) : weights;
        const encoding = isAllowed && { 'content-encoding': 'gzip' };
        response.writeHead(200, { ...encoding, 'content-length': body.length }).end(body);
        return true;
      };
      const { call } = await openTab(server.endpoint);
      expect(await call('hash', (await call('pull', reference)).path)).toBe(sha256(weights));
      const { path } = await call('pull', `${server.cdn}/owner%2Fname/model.gguf`);
      expect(await call('hash', path)).toBe(sha256(weights));
    });

    test('that do not say how large a file is', async () => {
      const origin = await serveAnswers((_request, response) => {
        response.writeHead(200, anyone).write('GGUF');
        response.end(weights);
      });
      const { call } = await openTab(origin);
      await expect(call('pull', `${origin}/model.gguf`)).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('how large'),
      });
    });

    test('that do not allow other sites, or are not there', async () => {
      let requests = 0;
      const resource: Record<string, string> = { 'cross-origin-resource-policy': 'cross-origin' };
      const origin = await serveAnswers((_request, response) => {
        requests++;
        response.writeHead(200, resource).end(weights);
      });
      const { call, page } = await openTab(origin);
      const pull = call('pull', `${origin}/model.gguf`);
      await expect(pull).rejects.toMatchObject({ code: 'network' });
      await expect(pull).rejects.toThrow(
        `does not allow ${new URL(page.url()).origin} to read it (CORS); download it`,
      );
      expect(requests).toBe(2);
      // Where a page may not even see that there is an answer, it could be either.
      delete resource['cross-origin-resource-policy'];
      await expect(call('pull', `${origin}/model.gguf`)).rejects.toThrow(/is down, or it does not allow/);
      await expect(call('pull', 'http://127.0.0.1:9/model.gguf')).rejects.toThrow(
        /is down, or it does not allow/,
      );
    });
  });

  describe('files of the user', () => {
    test('of a GGUF model: kept, read, replaced, removed', async () => {
      const { call } = await openTab();
      const model = await call('importFiles', [{ path: 'My model-Q8_0.gguf', size: 200_000 }]);
      expect(model).toMatchObject({
        ...{ reference: 'file:My model-Q8_0.gguf', format: 'gguf', quantization: 'Q8_0', bytes: 200_000 },
        files: [{ path: model.path, bytes: 200_000 }],
      });
      expect(await call('progress')).toContainEqual({
        ...{ phase: 'import', loaded: 200_000, total: 200_000, file: 'My model-Q8_0.gguf' },
      });
      for (const method of ['find', 'resolve', 'pull'] as const) {
        expect(await call(method, model.reference)).toEqual(model);
      }
      expect(await call('hash', model.path)).toBe(sha256(gguf(200_000)));
      const other = await call('importFiles', [{ path: 'other.gguf', size: 7 }], {
        name: 'My model-Q8_0.gguf',
      });
      expect(other.bytes).toBe(7);
      expect(await call('list')).toMatchObject({
        models: [{ reference: model.reference, bytes: 7 }],
        bytes: 7,
      });
      expect(await call('verify', model.reference)).toMatchObject({ intact: [], unknown: [other.path] });
      await call('read', other.path, 0, 1);
      await expect(call('remove', model.reference)).rejects.toMatchObject({ code: 'busy' });
      expect(await call('find', model.reference)).toEqual(other);
      await call('close', other.path);
      expect(await call('remove', model.reference)).toMatchObject({ freedBytes: 7, files: ['other.gguf'] });
      expect(await call('find', model.reference)).toBeUndefined();
      await expect(call('pull', model.reference)).rejects.toMatchObject({ code: 'not-found' });
      await expect(call('remove', model.reference)).rejects.toMatchObject({ code: 'not-found' });
    });

    test('of a folder, with what is a model in it', async () => {
      const { call, page } = await openTab();
      const folder = join(await temporaryFolder(), 'SmolLM2');
      await mkdir(folder);
      const contents = {
        'config.json': '{}',
        'model.safetensors': 'weights',
        'tokenizer.json': '{}',
        'photo.png': 'x',
      };
      for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text);
      await page.evaluate(() => document.querySelector('input')!.setAttribute('webkitdirectory', ''));
      await page.locator('input').setInputFiles(folder);
      await call('receive');
      const model = await call('importSent');
      expect(model).toMatchObject({ reference: 'file:SmolLM2', format: 'safetensors' });
      const names = ['config.json', 'model.safetensors', 'tokenizer.json'];
      expect(model.files.map(({ path }) => path)).toEqual(names.map((name) => `${model.path}/${name}`));
      expect(await call('hash', `${model.path}/model.safetensors`)).toBe(sha256(Buffer.from('weights')));
    });

    test('that change or stop in the middle are no model', async () => {
      const { call, page } = await openTab();
      const path = join(await temporaryFolder(), 'model.gguf');
      await writeFile(path, gguf(1000));
      await page.evaluate(() => document.querySelector('input')!.removeAttribute('webkitdirectory'));
      await page.locator('input').setInputFiles(path);
      expect(await call('receive')).toBe(1000);
      await writeFile(path, gguf(2000));
      await utimes(path, new Date(), new Date(Date.now() + 60_000));
      const changed = call('importSent');
      await expect(changed).rejects.toMatchObject({ code: 'invalid-file' });
      await expect(changed).rejects.toThrow(/model\.gguf.*choose it again/);
      const aborted = call('importAborted', [{ path: 'big.gguf', size: 5_000_000 }]);
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      expect(await call('list')).toEqual({ models: [], partials: [], bytes: 0 });
    });

    test('of an import that was killed are no model, and go with the next one', async () => {
      const { page, call, again } = await openOwn('http://localhost');
      const importing = call('importStalled', 'big.gguf').catch(() => 'gone');
      await received(page, 1);
      await page.reload();
      expect(await importing).toBe('gone');
      await again(page, call);
      expect(await call('find', 'file:big.gguf')).toBeUndefined();
      const contents = { models: [], partials: [{ reference: 'file:big.gguf' }] };
      expect(await call('list')).toMatchObject(contents);
      await call('importFiles', [{ path: 'big.gguf', size: 10 }]);
      expect(await call('list')).toMatchObject({ models: [{ bytes: 10 }], partials: [], bytes: 10 });
    });

    test('that are no model', async () => {
      const { call } = await openTab();
      const refused = async (code: string, text: RegExp, ...paths: string[]) => {
        const importing = call(
          'importFiles',
          paths.map((path) => ({ path, size: 3 })),
        );
        await expect(importing).rejects.toMatchObject({ code });
        await expect(importing).rejects.toThrow(text);
      };
      await refused('invalid-argument', /no model among photo\.png; choose one GGUF file/, 'photo.png');
      await refused('invalid-argument', /more than one model: a\.gguf, b\.gguf/, 'a.gguf', 'b.gguf');
      await refused('not-found', /2 of its parts are missing/, 'a-00001-of-00003.gguf');
      await refused('invalid-file', /is not a GGUF file/, 'a.gguf');
      await refused('invalid-argument', /no model among nothing/);
    });
  });

  describe('storage', () => {
    test.each(['any', 'none', 'never over a file'])(
      'keeps, links, moves and removes files (move: %s)',
      async (how) => {
        const { call } = await openOwn('http://localhost');
        await call('limitMove', how);
        const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString();
        const bytes = (value: string) => new Uint8Array(Buffer.from(value));
        const storage = (
          ...given: Parameters<typeof call<'storage'>> extends [string, ...infer R] ? R : never
        ) => call('storage', ...given);
        await call('write', 'blobs/abc', 0, bytes('hello'));
        await call('write', 'blobs/abc', 3, bytes('p!'));
        expect(text(await storage('readFile', 'blobs/abc', 10))).toBe('help!');
        await expect(storage('readFile', 'blobs/abc', 4)).rejects.toMatchObject({ code: 'invalid-file' });
        await storage('link', 'snapshots/1/x/model.gguf', 'blobs/abc');
        expect(await storage('readLink', 'snapshots/1/x/model.gguf')).toBe('blobs/abc');
        expect(await storage('readLink', 'blobs/abc')).toBeUndefined();
        expect(await storage('list', 'snapshots/1/x')).toEqual(['model.gguf']);
        const linked = await storage('stat', 'snapshots/1/x/model.gguf');
        expect(linked).toMatchObject({ isFolder: false, isLink: true, size: 5 });
        await new Promise((resolve) => setTimeout(resolve, 20));
        await storage('touch', 'blobs/abc');
        const touched = (await storage('stat', 'snapshots/1/x/model.gguf')) as {
          accessed: number;
          modified: number;
        };
        expect(touched.accessed).toBeGreaterThan(touched.modified);
        expect(touched.modified).toBe((linked as { modified: number }).modified);
        expect(await storage('list', 'blobs')).toEqual(['abc']);
        await storage('writeFile', 'refs/main', bytes('one'));
        await storage('writeFile', 'refs/main', bytes('two'));
        expect(text(await storage('readFile', 'refs/main', 10))).toBe('two');
        await storage('rename', 'refs/main', 'blobs/abc');
        expect(text(await storage('readFile', 'snapshots/1/x/model.gguf', 10))).toBe('two');
        expect(await storage('list', 'refs')).toEqual([]);
        await expect(storage('remove', 'blobs')).rejects.toMatchObject({ code: 'invalid-file' });
        await storage('remove', 'blobs/abc');
        expect(await storage('stat', 'snapshots/1/x/model.gguf')).toBeUndefined();
        for (const path of ['snapshots/1/x/model.gguf', 'snapshots/1/x', 'refs', 'blobs', 'nothing']) {
          await storage('remove', path);
        }
        expect(await storage('list', '')).toEqual(['snapshots']);
        for (const path of ['../x', '/x', 'a//b', 'a/./b', 'a\\b']) {
          await expect(storage('stat', path)).rejects.toMatchObject({ code: 'invalid-argument' });
        }
      },
    );

    test('gives bytes of a file, and says what is wrong', async () => {
      const { call, page, folder: tabFolder } = await openTab();
      const { path } = await call('importFiles', [{ path: 'a.gguf', size: 1000 }]);
      const whole = madeBytes(1000);
      for (const [offset, length] of [
        [0, 1000],
        [999, 1],
        [1000, 0],
        [17, 400],
      ] as const) {
        expect(await call('read', path, offset, length)).toEqual(whole.slice(offset, offset + length));
      }
      for (const [offset, length] of [
        [0, 1001],
        [-1, 1],
        [0.5, 1],
        [1001, 0],
        [0, -1],
      ] as const) {
        await expect(call('read', path, offset, length)).rejects.toMatchObject({ code: 'invalid-argument' });
      }
      expect(await call('readAborted', path)).toBe(true);
      await call('close', path);
      await call('close', path);
      await expect(call('read', path, 0, 1)).rejects.toMatchObject({ code: 'disposed' });
      await expect(call('read', `${path}x`, 0, 1)).rejects.toMatchObject({ code: 'not-found' });
      await expect(call('read', '/etc/passwd', 0, 1)).rejects.toMatchObject({ code: 'invalid-argument' });
      const folder = path.slice(0, path.lastIndexOf('/'));
      await expect(call('read', folder, 0, 1)).rejects.toMatchObject({ code: 'invalid-file' });
      // What works on a page.
      const onPage = await page.evaluate(
        async ([path, folder]) => {
          const library = await globalThis.loadLibrary();
          const hub = library.createBrowserHub({ folder });
          const code = (error: { code: string; message: string }) => `${error.code}: ${error.message}`;
          const source = await library.openStored(path);
          const bytes = await source.read(17, 3);
          const { models } = await hub.list();
          const found = await hub.find('file:a.gguf');
          const refused = await hub.importFiles([{ path: 'b.gguf', file: new Blob(['GGUF']) }]).catch(code);
          await hub.remove('file:a.gguf');
          const gone = await source.read(0, 3).catch(code);
          return {
            bytes,
            models: models.length,
            found: found?.path,
            refused,
            gone,
            persisted: await hub.persist(),
          };
        },
        [path, tabFolder] as const,
      );
      expect(onPage).toMatchObject({ bytes: whole.slice(17, 20), models: 1, found: path });
      expect(onPage.refused).toMatch(/^unsupported: .*do it in a worker$/);
      expect(onPage.gone).toMatch(/^invalid-file: .*was changed, moved or removed/);
      expect(onPage.persisted).toBeTypeOf('boolean');
      await expect(call('persist')).rejects.toMatchObject({ code: 'unsupported' });
      expect(await call('estimate')).toMatchObject({ persisted: false, usageBytes: expect.any(Number) });
    });
  });
});

const gguf = (size: number) => Buffer.from(madeBytes(size));
