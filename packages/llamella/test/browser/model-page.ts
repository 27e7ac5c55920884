import { join } from 'node:path';
import { findBrowser, howToGetBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { bundleSource } from '@llamella/browser-tests/src/bundle-source.ts';
import { onnxruntimeWebFiles } from '@llamella/browser-tests/src/onnxruntime-web-files.ts';
import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import { openPage } from '@llamella/browser-tests/src/open-page.ts';
import type { ServedFile } from '@llamella/browser-tests/src/serve.ts';
import type { Page } from 'playwright-core';

/** Why nothing can be tested here, or `undefined`. The browser step of `npm test` runs these tests again, and installs one. */
export const absence = findBrowser() === undefined ? `no browser was found; ${howToGetBrowser}` : undefined;

const folder = import.meta.dirname;
const packages = join(folder, '../../..');

/** A page, isolated, with the browser entry; and its browser. */
export interface ModelPage extends AsyncDisposable {
  readonly page: Page;
  /** Loads the page again; what the browser keeps stays. */
  reload(): Promise<void>;
  /** Opens the page once more in the same browser. */
  openTab(): Promise<Page>;
}

/** Opens the page in a browser of its own, with files that it can fetch. */
export async function openModelPage(
  files: Iterable<readonly [string, ServedFile]> = [],
  flags: readonly string[] = [],
): Promise<ModelPage> {
  const sources = [
    join(folder, 'page-program.ts'),
    join(folder, '../../src/browser/worker.ts'),
    join(packages, 'runtime-web/src/worker.ts'),
    join(folder, 'losing-worker.ts'),
    join(folder, 'unkept-worker.ts'),
  ];
  const [script, worker, runtime, losing, unkept] = await Promise.all(sources.map(bundleSource));
  const browser = await openBrowser(flags);
  try {
    const opened = await openPage(browser, {
      script: script!,
      files: new Map<string, ServedFile>([
        ['/model-worker.js', worker!],
        ['/runtime-worker.js', runtime!],
        ['/losing-worker.js', losing!],
        ['/unkept-worker.js', unkept!],
        ...onnxruntimeWebFiles(join(packages, 'runtime-web')),
        ...files,
      ]),
    });
    await opened.finished();
    return {
      page: opened.page,
      async reload() {
        await opened.page.reload();
        await opened.finished();
      },
      async openTab() {
        const tab = await opened.page.context().newPage();
        await tab.goto(opened.page.url());
        await tab.waitForFunction(() => globalThis.pageRun.ended);
        return tab;
      },
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]();
        await browser.close();
      },
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
