import { join } from 'node:path';
import { findBrowser, howToGetBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { bundleSource } from '@llamella/browser-tests/src/bundle-source.ts';
import { openPage } from '@llamella/browser-tests/src/open-page.ts';
import { LlamellaError } from '@llamella/spec';
import type { Browser, Page } from 'playwright-core';
import type { Answer, WorkerProgram } from './browser-worker.ts';

/** Why nothing can be tested here, or `undefined`. The browser step of `npm test` runs these tests again, and installs one. */
export const absence = findBrowser() === undefined ? `no browser was found; ${howToGetBrowser}` : undefined;

/** Calls the hub in the worker of a page. */
export type Call = <Method extends keyof WorkerProgram>(
  method: Method,
  ...rest: Parameters<WorkerProgram[Method]>
) => Promise<Awaited<ReturnType<WorkerProgram[Method]>>>;

/** A tab with a hub in its worker. */
export interface Tab {
  readonly page: Page;
  readonly call: Call;
}

/** Tabs of one site. */
export interface Site extends AsyncDisposable {
  readonly origin: string;
  open(): Promise<Tab>;
}

const pageScript = `
  const worker = new Worker('/worker.js', { type: 'module' });
  const waiting = new Map();
  let lastId = 0;
  globalThis.received = 0;
  worker.onmessage = ({ data }) => {
    if (data.progress) globalThis.received = data.progress.loaded;
    else { waiting.get(data.id)(data.answer); waiting.delete(data.id); }
  };
  worker.onerror = (event) => { throw new Error(event.message); };
  globalThis.callWorker = (method, rest) => new Promise((resolve) => {
    waiting.set(++lastId, resolve);
    const files = method === 'receive' && [...document.querySelector('input').files];
    worker.postMessage({ id: lastId, method, rest, ...(files && { files }) });
  });
  globalThis.loadLibrary = () => import('/browser.js');
  export default 'ready';`;

declare global {
  /** Bytes that the last report was about. */
  var received: number;
  /** The browser entry, on the page itself. */
  var loadLibrary: () => Promise<typeof import('../src/browser.ts')>;
  var callWorker: (method: string, rest: unknown[]) => Promise<Answer>;
}

let scripts: Promise<[worker: string, library: string]> | undefined;

/** Opens a site with storage of its own. */
export async function openSite(browser: Browser): Promise<Site> {
  const bundle = (file: string) => bundleSource(join(import.meta.dirname, file));
  scripts ??= Promise.all([bundle('browser-worker.ts'), bundle('../src/browser.ts')]);
  const [worker, library] = await scripts;
  const opened = await openPage(browser, {
    script: pageScript,
    html: '<input type="file" multiple>',
    files: new Map([
      ['/worker.js', worker],
      ['/browser.js', library],
    ]),
  });
  await opened.finished();
  const context = opened.page.context();
  let first: Page | undefined = opened.page;
  const { origin } = new URL(opened.page.url());
  return {
    origin,
    async open() {
      const page = first ?? (await context.newPage());
      if (first === undefined) await page.goto(origin);
      first = undefined;
      return { page, call: callOf(page) };
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** Waits until the script of a page that was loaded again runs. */
export async function isReady(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.callWorker !== undefined);
}

function callOf(page: Page): Call {
  return async (method, ...rest) => {
    await isReady(page);
    const answer = await page.evaluate(([method, rest]) => globalThis.callWorker(method, rest), [
      method,
      rest as unknown[],
    ] as const);
    if ('value' in answer) return answer.value as never;
    if ('aborted' in answer) throw new DOMException('aborted', 'AbortError');
    throw new LlamellaError(answer.error.code as LlamellaError['code'], answer.error.message);
  };
}

/** Bundles a program that is no file. */
export const bundleProgram = (contents: string) =>
  bundleSource({ stdin: { contents, loader: 'ts', resolveDir: import.meta.dirname } });
