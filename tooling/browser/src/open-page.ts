import { format } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { bundlePageRuntime } from './bundle.ts';
import type { PageRun } from './page-runtime.ts';
import { fromPageValue } from './page-value.ts';
import { type ServedFile, type ServedFiles, type Server, serve } from './serve.ts';

const usualTimeoutMs = 30_000;

export interface PageContent {
  /** ES module that the page runs, see {@link bundle}. Its default export, awaited, is the result. */
  readonly script?: string;
  /** Body of the page. */
  readonly html?: string;
  /** What the page can fetch, by path. `/`, `/main.js` and `/page-runtime.js` are taken. */
  readonly files?: ServedFiles;
}

/** A page that was opened. Closing it ends its server too. */
export interface OpenPage extends AsyncDisposable {
  /** For clicks, screenshots and so on. */
  readonly page: Page;
  /**
   * Waits until the script has ended.
   *
   * @throws {Error} when it failed, or did not end in time (30 s unless told)
   */
  finished(timeoutMs?: number): Promise<FinishedScript>;
}

export interface FinishedScript {
  /** What it printed with `console.log` and `console.info`, as Node prints it. */
  readonly output: string;
  readonly result: unknown;
}

let pageRuntime: Promise<string> | undefined;

/**
 * Opens a page of its own origin, isolated (COOP and COEP), so that it has `SharedArrayBuffer`.
 *
 * @param content served from memory; nothing else can be reached
 */
export async function openPage(
  browser: Pick<Browser, 'newContext'>,
  content: PageContent,
): Promise<OpenPage> {
  const server = await servePage(content);
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('crash', () => errors.push('the page crashed'));
  await page.goto(server.origin);
  return {
    page,
    async finished(timeoutMs = usualTimeoutMs) {
      const ended = page.waitForFunction(() => globalThis.pageRun.ended, undefined, { timeout: timeoutMs });
      const late = await ended.then(
        () => undefined,
        (error: Error) => error.message,
      );
      const run = await page.evaluate(() => globalThis.pageRun).catch(() => undefined);
      const problems = [late, run?.failure, ...errors].filter(Boolean);
      const output = run === undefined ? '' : printed(run);
      if (run === undefined || problems.length > 0)
        throw new Error(`${problems.join('\n')}\nprinted until then:\n${output}`);
      return { output, result: fromPageValue(run.result) };
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Serves a page, for any browser on this machine. */
export async function servePage(content: PageContent): Promise<Server> {
  return serve(await filesOf(content));
}

/** Opens a page, waits for its script and closes it. */
export async function runInPage(browser: Browser, content: PageContent): Promise<FinishedScript> {
  await using opened = await openPage(browser, content);
  return await opened.finished();
}

async function filesOf({ script = '', html = '', files = new Map() }: PageContent): Promise<ServedFiles> {
  pageRuntime ??= bundlePageRuntime();
  const page = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script src="/page-runtime.js"></script>
<body>${html}</body>
<script type="module">runScript(() => import('/main.js'));</script>
`;
  return new Map<string, ServedFile>([
    ...files,
    ['/', page],
    ['/main.js', script],
    ['/page-runtime.js', await pageRuntime],
  ]);
}

function printed({ printed: calls }: PageRun): string {
  return calls
    .filter(({ method }) => method === 'log' || method === 'info')
    .map(({ values }) => `${format(...values.map(fromPageValue))}\n`)
    .join('');
}
