import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '@llamella/bootstrap/repository.mjs';
import { bundle } from '../bundle.ts';
import { onnxruntimeWebFiles } from '../onnxruntime-web-files.ts';
import { openStoringBrowser } from '../open-browser.ts';
import { openPage } from '../open-page.ts';
import { softwareGpu } from '../parity/open-parity-page.ts';
import type { ServedFile } from '../serve.ts';
import { watchHeaps } from './heap-usage.ts';
import type { LoadingRun } from './loading-worker.ts';
import { type ModelShape, madeModel } from './made-model.ts';
import type { LoadingResult } from './page-program.ts';

/** What the JavaScript heaps of a page and its workers may hold together, buffers included: bytes. */
export const heapLimit = 600e6;

/** What is loaded, and how. */
export interface LoadingOptions extends Omit<LoadingRun, 'url'> {
  readonly shape: ModelShape;
  /** Files that the model is split into. */
  readonly files: number;
  /** By which packages are resolved, before the usual ones. */
  readonly conditions?: readonly string[];
}

/** How a model was loaded. */
export interface LoadingMeasurement extends LoadingResult {
  /** Largest size of all JavaScript heaps together, buffers included, in bytes by phase. */
  readonly heaps: Readonly<Record<string, number>>;
}

/** Loads a model that a server makes up, in a browser of its own. */
export async function measureLoading(options: LoadingOptions): Promise<LoadingMeasurement> {
  const { shape, files, conditions = [], ...run } = options;
  const runtime = join(root, 'packages', 'runtime-web');
  const made = await madeModel(shape, files);
  const total = String(files).padStart(5, '0');
  const names = made.map((_, index) => `/model-${String(index + 1).padStart(5, '0')}-of-${total}.gguf`);
  const folder = await mkdtemp(join(tmpdir(), 'llamella-browser-'));
  const context = await openStoringBrowser(folder, [
    '--enable-blink-features=ForceEagerMeasureMemory',
    ...softwareGpu,
  ]);
  try {
    await using opened = await openPage(
      { newContext: async () => context },
      {
        script: await bundle("import './page-program.ts';", import.meta.dirname, [], conditions),
        files: new Map<string, ServedFile>([
          [
            '/loading-worker.js',
            await bundle("import './loading-worker.ts';", import.meta.dirname, [], conditions),
          ],
          ['/worker.js', await bundle("import './src/worker.ts';", runtime, [], conditions)],
          ...onnxruntimeWebFiles(runtime),
          ...made.map((file, index): [string, ServedFile] => [names[index]!, file]),
        ]),
      },
    );
    await opened.finished();
    const { page } = opened;
    const usage = await watchHeaps(page);
    const url = new URL(names[0]!, page.url()).href;
    const loading = page.evaluate((run) => globalThis.loadLargeModel(run), { ...run, url });
    const heaps: Record<string, number> = {};
    let done = false;
    const sampling = (async () => {
      while (!done) {
        const phase = await page.evaluate(() => globalThis.loadingPhase);
        const bytes = (await usage()).reduce((sum, each) => sum + each.usedSize + each.backingStorageSize, 0);
        heaps[phase] = Math.max(heaps[phase] ?? 0, bytes);
        await sleep(100);
      }
    })().catch(() => undefined);
    try {
      return { ...(await loading), heaps };
    } finally {
      done = true;
      await sampling;
    }
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
