import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsMissing, openBrowser } from '../src/open-browser.ts';
import { isolation, type ServedFile, serve } from '../src/serve.ts';

const policy = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:",
};

describe.skipIf(browserIsMissing)('runtime-web in a page that Vite built', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llamella-site-'));
    await buildSite(folder);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const story = [403, 407, 261, 378, 432, 383, 286, 261];
  it('runs under a strict policy, on threads', async () => {
    const { result, problems } = await open({ ...isolation, ...policy });
    expect(problems).toEqual([]);
    expect(result).toMatchObject({ isolated: true, tokens: story, refused: '' });
    expect(result.threads).toBeGreaterThan(1);
  });

  it('runs on one thread where the page is not isolated, and says so when asked for more', async () => {
    const { result, problems } = await open(policy);
    expect(problems).toEqual([]);
    expect(result).toMatchObject({ isolated: false, threads: 1, tokens: story });
    expect(result.refused).toContain('Cross-Origin-Opener-Policy');
  });

  async function open(headers: Readonly<Record<string, string>>) {
    const names = await readdir(folder, { recursive: true });
    const model = join(root, 'tooling', 'reference', 'golden', 'stories260K-f32.gguf');
    const files = new Map<string, ServedFile>([
      ...names.map((name): [string, ServedFile] => [`/${name}`, { path: join(folder, name) }]),
      ['/', { path: join(folder, 'index.html') }],
      ['/model.gguf', { path: model }],
    ]);
    await using server = await serve(files, headers);
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(server.origin);
    await page.waitForFunction(() => globalThis.bundledResult !== undefined);
    const result = await page.evaluate(() => globalThis.bundledResult);
    await page.close();
    return { result, problems };
  }
});

/** Builds the page into a folder, from the packages as they are published. */
async function buildSite(folder: string): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), 'llamella-source-'));
  const program = join(import.meta.dirname, 'bundled', 'program.ts');
  const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${program}"></script>`;
  await writeFile(join(source, 'index.html'), html);
  await build({
    root: source,
    configFile: false,
    logLevel: 'error',
    // Its tests need this package, so this one cannot depend on it.
    resolve: { alias: { '@llamella/runtime-web': join(root, 'packages/runtime-web/dist/index.js') } },
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', modulePreload: { polyfill: false } },
  });
  await rm(source, { recursive: true });
}
