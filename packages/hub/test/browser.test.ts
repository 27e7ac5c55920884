import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { absence, openSite } from './browser-page.ts';
import { type FakeHub, randomBytes, sha256 } from './fake-hub.ts';
import { serve } from './test-hub.ts';

describe.skipIf(absence !== undefined)(`in Chromium (${absence ?? 'found'})`, () => {
  const weights = randomBytes(1_500_001);
  const reference = 'hf:owner/name:model.gguf';
  const files = { 'model.gguf': weights, 'README.md': randomBytes(300) };
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function openTab(server: FakeHub, options: object = {}) {
    const site = await openSite(browser);
    onTestFinished(() => site[Symbol.asyncDispose]());
    const settings = { endpoint: server.endpoint, rangeBytes: 256 * 1024, idleTimeout: 5000, ...options };
    const open = async () => {
      const tab = await site.open();
      await tab.call('configure', settings);
      return tab;
    };
    return { ...(await open()), open, settings, site };
  }

  async function serveFiles(cors: FakeHub['cors'] = 'exposed') {
    const server = await serve({ 'owner/name': { files } });
    server.cors = cors;
    return server;
  }

  test('downloads, finds, lists and removes', async () => {
    const server = await serveFiles();
    const { call } = await openTab(server);
    const model = await call('pull', reference);
    expect(model).toMatchObject({
      reference,
      format: 'gguf',
      bytes: weights.length,
      downloadedBytes: weights.length,
    });
    expect(model.path).toMatch(/^opfs:\/llamella\/hub\/models--owner--name\/snapshots\/.*\/model\.gguf$/);
    expect(await call('hash', model.path)).toBe(sha256(weights));
    expect(await call('find', reference)).toEqual({ ...model, downloadedBytes: 0 });
    expect(await call('pull', reference)).toMatchObject({ downloadedBytes: 0 });
    expect(await call('list')).toMatchObject({
      models: [{ bytes: weights.length, isComplete: true }],
      partials: [],
    });
    expect(await call('remove', reference)).toMatchObject({ freedBytes: weights.length });
    expect(await call('list')).toEqual({ models: [], partials: [], bytes: 0 });
    expect((await call('estimate')).usageBytes).toBeLessThan(100_000);
  });
});
