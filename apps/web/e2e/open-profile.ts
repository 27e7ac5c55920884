import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, howToGetBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const executablePath = findBrowser();

/** Whether tests in a browser are skipped: there is none. In CI they fail instead. */
export const browserIsMissing = executablePath === undefined && !process.env.CI;

/** A browser of its own with a folder on disk for what pages keep, as a person's browser has one. */
export interface Profile extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts a browser. Messages of errors in pages are collected by `watchErrors`. */
export async function openProfile(options: BrowserContextOptions = {}): Promise<Profile> {
  if (executablePath === undefined) throw new Error(`no browser was found; ${howToGetBrowser}`);
  const folder = await mkdtemp(join(tmpdir(), 'llamella-profile-'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: ['--disable-dev-shm-usage', ...asRoot],
    ...options,
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
