import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isolationHeaders, siteHeaders } from '../site/headers.ts';
import { listSite } from '../site/service-worker.ts';
import { browserIsMissing, openProfile, type Profile } from './open-profile.ts';
import { builtFolder, TestSite } from './test-site.ts';

const controlled = () => navigator.serviceWorker.controller !== null;

describe.skipIf(browserIsMissing)('the page', () => {
  let profile: Profile;
  let page: Page;
  beforeEach(async () => {
    profile = await openProfile();
    page = profile.context.pages()[0]!;
  });
  afterEach(() => profile?.[Symbol.asyncDispose]());

  test('can be installed', async () => {
    await using site = await TestSite.open();
    await page.goto(site.address);
    const devtools = await profile.context.newCDPSession(page);
    const manifest = await devtools.send('Page.getAppManifest');
    expect(manifest.errors).toEqual([]);
    expect(manifest.url).toBe(`${site.address}manifest.webmanifest`);
    const { icons } = JSON.parse(manifest.data ?? '') as { icons: { src: string; sizes: string }[] };
    for (const { src, sizes } of icons) {
      const { status, width } = await page.evaluate(async (address) => {
        const response = await fetch(address);
        const image = new Image();
        image.src = address;
        await image.decode();
        return { status: response.status, width: image.naturalWidth };
      }, src);
      expect(status, src).toBe(200);
      if (sizes !== 'any') expect(`${width}x${width}`).toBe(sizes);
    }
    await page.waitForFunction(controlled);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
  });

  test('opens without a network after the first time', async () => {
    await using site = await TestSite.open();
    await page.goto(site.address);
    await page.waitForFunction(controlled);
    const title = await page.title();
    await site.stop();
    await page.reload();
    expect(await page.title()).toBe(title);
    await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('is isolated by the service worker where the host sets no headers', async () => {
    const plain = Object.fromEntries(
      Object.entries(siteHeaders).filter(([name]) => !(name in isolationHeaders)),
    );
    await using site = await TestSite.open(builtFolder, plain);
    const response = await page.goto(site.address);
    expect(response?.headers()['cross-origin-opener-policy']).toBeUndefined();
    await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 15_000 });
    expect(site.requests.filter((path) => path === '/').length).toBeLessThanOrEqual(2);
  });

  test('says that a new version is there, and opens in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llamella-dist-'));
    try {
      await cp(builtFolder, folder, {
        recursive: true,
        filter: (path) => basename(path) !== 'models' && !path.endsWith('.br'),
      });
      await using site = await TestSite.open(folder);
      await page.goto(site.address);
      await page.waitForFunction(controlled);
      await newVersion(folder);
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration?.update();
      });
      await page.getByRole('button', { name: /reload|update/i }).click();
      await page.waitForFunction(() => document.title === 'A new version');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Changes the page, and the service worker with it, as a build does. */
async function newVersion(folder: string): Promise<void> {
  const { version, shell } = await listSite(folder);
  const revision = shell.find(({ path }) => path === 'index.html')?.revision;
  const worker = join(folder, 'service-worker.js');
  const index = join(folder, 'index.html');
  await writeFile(
    index,
    (await readFile(index, 'utf8')).replace(/<title>.*<\/title>/, '<title>A new version</title>'),
  );
  const changed = (await readFile(worker, 'utf8'))
    .replaceAll(version, 'fedcba987654')
    .replaceAll(revision!, '012345678901');
  await writeFile(worker, changed);
}
