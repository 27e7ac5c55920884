import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { listPackages } from '@llamella/bootstrap/suite/workspace.mjs';
import { mayUseNode } from '@llamella/checks/rules/layers.mjs';
import { readmeExamples } from '@llamella/conformance';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.ts';
import { fetchedFiles } from '../src/fetched-files.ts';
import { onnxruntimeWebFiles } from '../src/onnxruntime-web-files.ts';
import { browserIsMissing, openBrowser } from '../src/open-browser.ts';
import { runInPage } from '../src/open-page.ts';
import type { ServedFile } from '../src/serve.ts';

/** Those that must not depend on Node, by the rule that their imports are checked with. */
const packages = listPackages().filter(
  ({ name, folder, published, has }) =>
    published &&
    folder.startsWith('packages/') &&
    has('src/index.ts') &&
    !mayUseNode({ name, isApp: false }, 'src/index.ts'),
);

describe.skipIf(browserIsMissing)('the README example in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it.each(packages)('$name', async ({ name, folder: relative }) => {
    const folder = join(root, relative);
    const examples = await readmeExamples(folder);
    expect(examples.length, 'ts blocks followed by a text block').toBeGreaterThan(0);
    for (const { program, output: expected } of examples) {
      const script = await bundle(program, folder, [fetchedFiles]);
      const files = await testFiles(folder);
      if (name === '@llamella/runtime-web') for (const file of await runtimeFiles(folder)) files.set(...file);
      const { output } = await runInPage(browser, { script, files });
      expect(output).toBe(expected);
    }
  });
});

const referenceModels = 'tooling/reference/golden/tiny-models';

/** The files that examples read, by their paths: those of the package's tests, and models of the reference. */
async function testFiles(folder: string): Promise<Map<string, ServedFile>> {
  const tests = await filesIn(join(folder, 'test'), '/test');
  return new Map([...tests, ...(await filesIn(join(root, referenceModels), `/${referenceModels}`))]);
}

async function filesIn(folder: string, url: string): Promise<[string, ServedFile][]> {
  const names = await readdir(folder, { recursive: true });
  return names.map((name) => [`${url}/${name.replaceAll('\\', '/')}`, { path: join(folder, name) }]);
}

/** What a page serves for a backend: its worker, ONNX Runtime, and a model. */
async function runtimeFiles(folder: string): Promise<[string, ServedFile][]> {
  const worker = await bundle("import '@llamella/runtime-web/worker';", folder);
  const model = join(root, 'tooling', 'reference', 'golden', 'stories260K-f32.gguf');
  return [['/worker.js', worker], ['/stories260K.gguf', { path: model }], ...onnxruntimeWebFiles(folder)];
}
