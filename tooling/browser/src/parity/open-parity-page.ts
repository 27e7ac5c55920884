import { basename, join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import type { Browser } from 'playwright-core';
import { bundle } from '../bundle.ts';
import { onnxruntimeWebFiles } from '../onnxruntime-web-files.ts';
import { openPage } from '../open-page.ts';
import type { ServedFile } from '../serve.ts';
import type { ParityCase, ParityResult, ParityRun } from './page-program.ts';
import { modelPaths, type ReferenceAnswer } from './reference.ts';

/** Flags of Chromium for a GPU in software. */
export const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** What a page is asked to compare; `modes` has as many entries as there are answers to compare with. */
export interface ParityRequest extends Omit<ParityRun, 'files' | 'cases'> {
  readonly modes: readonly ParityCase['mode'][];
}

/** A page that has the model and the reference's answers. */
export interface ParityPage extends AsyncDisposable {
  /** @param request of the first answers: how each is compared */
  measure(request: ParityRequest): Promise<ParityResult>;
}

/** Opens the page. @param conditions by which packages are resolved, before the usual ones */
export async function openParityPage(
  browser: Browser,
  answers: readonly ReferenceAnswer[],
  conditions: readonly string[] = [],
): Promise<ParityPage> {
  const runtime = join(root, 'packages', 'runtime-web');
  const logits = answers.map(({ logits }, index): [string, ServedFile] => [
    `/logits/${index}`,
    new Uint8Array(logits.buffer),
  ]);
  const models = modelPaths.map((path): [string, ServedFile] => [`/${basename(path)}`, { path }]);
  const opened = await openPage(browser, {
    script: await bundle("import './page-program.ts';", import.meta.dirname, [], conditions),
    files: new Map<string, ServedFile>([
      ['/worker.js', await bundle("import './src/worker.ts';", runtime, [], conditions)],
      ...onnxruntimeWebFiles(runtime),
      ...models,
      ...logits,
    ]),
  });
  await opened.finished();
  return {
    async measure({ modes, ...options }) {
      const cases = modes.map((mode, index): ParityCase => {
        const { prompt, tokens } = answers[index]!;
        return { mode, prompt, tokens, logits: `/logits/${index}` };
      });
      const files = models.map(([address]) => address);
      return opened.page.evaluate((run) => globalThis.measureParity(run), { ...options, files, cases });
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
