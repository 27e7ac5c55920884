import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedSite, serveSite } from '../server/serve-site.ts';
import { siteHeaders } from '../site/headers.ts';

const program = 'console.log(1);'.repeat(100);
let folder: string;
let site: ServedSite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamella-site-'));
  for (const name of ['assets', 'models']) await mkdir(join(folder, 'dist', name), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'dist', 'index.html'), '<p>page');
  await writeFile(join(folder, 'dist', 'assets', 'a.js'), program);
  await writeFile(join(folder, 'dist', 'assets', 'a.js.br'), brotliCompressSync(program));
  await writeFile(join(folder, 'dist', 'assets', 'a.wasm'), new Uint8Array([0, 97, 115, 109]));
  await writeFile(join(folder, 'dist', 'models', 'a.gguf'), 'GGUF and more');
  site = await serveSite(join(folder, 'dist'), { port: 0 });
});

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${site.port}${path}`, init);

describe('a served page', () => {
  test('has the security headers on every answer', async () => {
    for (const path of ['/', '/assets/a.js', '/models/a.gguf', '/missing']) {
      const { headers } = await get(path);
      for (const [name, value] of Object.entries(siteHeaders)) expect(headers.get(name), path).toBe(value);
    }
  });

  test.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/assets/a.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/a.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
    ['/models/a.gguf', 'application/octet-stream', 'no-store'],
  ])('says what %s is and how long it holds', async (path, type, cacheControl) => {
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe(type);
    expect(headers.get('Cache-Control')).toBe(cacheControl);
  });

  test('comes compressed to those who take it, and is the same', async () => {
    const compressed = await get('/assets/a.js', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect(compressed.headers.get('Content-Encoding')).toBe('br');
    expect(compressed.headers.get('Vary')).toBe('Accept-Encoding');
    expect(await compressed.text()).toBe(program);
    const plain = await get('/assets/a.js', { headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect(plain.headers.get('ETag')).not.toBe(compressed.headers.get('ETag'));
    expect(await plain.text()).toBe(program);
  });

  test('comes in parts, also in the middle of a file that did not change', async () => {
    const part = await get('/models/a.gguf', { headers: { Range: 'bytes=5-7' } });
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([
      206,
      'bytes 5-7/13',
      'and',
    ]);
    const etag = part.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"/);
    const goOn = (ifRange: string) =>
      get('/models/a.gguf', { headers: { Range: 'bytes=9-', 'If-Range': ifRange } });
    expect((await goOn(etag)).status).toBe(206);
    expect((await goOn('"other"')).status).toBe(200);
    expect((await get('/models/a.gguf', { headers: { Range: 'bytes=13-' } })).status).toBe(416);
    expect(await (await get('/assets/a.js', { headers: { Range: 'bytes=0-6' } })).text()).toBe('console');
  });

  test('is not sent again while it did not change', async () => {
    const etag = (await get('/')).headers.get('ETag') ?? '';
    // `fetch` would ask for a fresh answer.
    expect((await raw('/', { 'If-None-Match': etag })).status).toBe(304);
    expect((await raw('/', { 'If-None-Match': '"other"' })).status).toBe(200);
    const head = await get('/models/a.gguf', { method: 'HEAD' });
    expect([head.headers.get('Content-Length'), await head.text()]).toEqual(['13', '']);
  });

  test('is all that is served', async () => {
    expect((await get('/missing')).status).toBe(404);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    // As written: fetch would take the dots out.
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%00',
      '/%',
    ]) {
      const { status, text } = await raw(path);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(text, path).not.toContain('secret');
    }
  });
});

function raw(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request({ port: site.port, host: '127.0.0.1', path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the program that serves it', () => {
  test('says in a sentence that a port is in use', async () => {
    const { code, stderr } = await runServer(['--port', String(site.port)]);
    expect(code).toBe(1);
    // Where nothing is built that is said first.
    expect(stderr).toMatch(/^(Port \d+ is in use: choose another one with .*|The page is not built: .*)\n$/);
  });

  test.each(['70000', 'x', '-1', ''])('refuses port %j', async (port) => {
    const { code, stderr } = await runServer([`--port=${port}`]);
    expect(code).toBe(1);
    expect(stderr).toBe(`--port must be a whole number from 0 to 65535, got ${JSON.stringify(port)}.\n`);
  });
});

function runServer(options: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'server', 'main.ts'), ...options]);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) => resolve({ code, stderr }));
  });
}
