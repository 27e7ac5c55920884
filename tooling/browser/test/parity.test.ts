import { openAsBlob } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { bytesFromBlob } from '@llamella/weights';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.ts';
import { browserIsMissing, openBrowser } from '../src/open-browser.ts';
import { runInPage } from '../src/open-page.ts';
import { modelTokens } from './cases/model-tokens.ts';
import { sampledTokens } from './cases/sampled-tokens.ts';

const cases = join(import.meta.dirname, 'cases');

describe.skipIf(browserIsMissing)('a browser and Node give the same', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it('tokens for the same seeds', async () => {
    const expected = sampledTokens();
    expect(new Set(expected).size).toBeGreaterThan(15);
    const program = "import { sampledTokens } from './sampled-tokens.ts'; export default sampledTokens();";
    const { result } = await runInPage(browser, { script: await bundle(program, cases) });
    expect(result).toEqual(expected);
  });

  it('ids and texts for the default model', async () => {
    const paths = weightsFiles.map((url) => fileURLToPath(url));
    const sources = paths.map(async (path) => bytesFromBlob(await openAsBlob(path), basename(path)));
    const expected = await modelTokens(await Promise.all(sources));
    expect(new Set(expected.ids).size).toBeGreaterThan(390);
    const program = `
      import { fetchedSource } from '../../src/fetched-source.ts';
      import { modelTokens } from './model-tokens.ts';
      const names = ${JSON.stringify(paths.map((path) => basename(path)))};
      export default modelTokens(await Promise.all(names.map((name) => fetchedSource('/' + name))));`;
    const { result } = await runInPage(browser, {
      script: await bundle(program, cases),
      files: new Map(paths.map((path) => [`/${basename(path)}`, { path }])),
    });
    expect(result).toEqual(expected);
  });
});
