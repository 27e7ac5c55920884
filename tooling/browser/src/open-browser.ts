import { findBrowser, howToGetBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const executablePath = findBrowser();

/** Whether tests in a browser are skipped: there is none. In CI they fail instead. */
export const browserIsMissing = executablePath === undefined && !process.env.CI;

/**
 * Starts a headless browser that is installed on this machine.
 *
 * @param flags further command line flags of Chromium
 * @throws {Error} when there is none
 */
export async function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch(launchOptions(flags));
}

/**
 * Starts a browser that keeps what its pages store in a folder. Without one, storage lies in memory and is small.
 *
 * @param flags further command line flags of Chromium
 * @throws {Error} when there is none
 */
export async function openStoringBrowser(
  folder: string,
  flags: readonly string[] = [],
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, launchOptions(flags));
}

function launchOptions(flags: readonly string[]) {
  if (executablePath === undefined) throw new Error(`no browser was found; ${howToGetBrowser}`);
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath, args: ['--disable-dev-shm-usage', ...asRoot, ...flags] };
}
