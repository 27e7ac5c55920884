import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.ts';
import { browserIsMissing, openBrowser } from '../src/open-browser.ts';
import { openPage, runInPage } from '../src/open-page.ts';

const here = import.meta.dirname;

describe.skipIf(browserIsMissing)('a page of the tests', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it('prints as Node does, as values were when they were printed', async () => {
    const script = `
      const list = [1, 2];
      console.log('%d list', 1, list, { a: new Map([['k', new Set([0])]]), n: [-0, NaN] });
      list.push(3);
      console.log(Uint32Array.of(1, 2), new (class Thing { x = 1n; })(), undefined, 'text');
      console.warn('not in the output');`;
    const { output } = await runInPage(browser, { script });
    expect(output).toBe(
      "1 list [ 1, 2 ] { a: Map(1) { 'k' => Set(1) { 0 } }, n: [ -0, NaN ] }\n" +
        'Uint32Array(2) [ 1, 2 ] Thing { x: 1n } undefined text\n',
    );
  });

  it('is isolated, and reads parts of files', async () => {
    const script = `
      const part = await fetch('/file', { headers: { Range: 'bytes=2-4' } });
      const missing = await fetch('/other');
      export default [crossOriginIsolated, new SharedArrayBuffer(8).byteLength,
        part.status, await part.text(), missing.status, document.body.innerText.trim()];`;
    const files = new Map([['/file', 'abcdefg']]);
    const { result } = await runInPage(browser, { script, html: '<p>body', files });
    expect(result).toEqual([true, 8, 206, 'cde', 404, 'body']);
  });

  it('says why its script failed, and what it printed before', async () => {
    const failing = "console.log('before'); throw new RangeError('too far', { cause: new Error('first') });";
    const run = runInPage(browser, { script: failing });
    await expect(run).rejects.toThrow(/RangeError: too far.*caused by Error: first.*before\n$/s);
    await expect(runInPage(browser, { script: 'not a program' })).rejects.toThrow('SyntaxError');
    const later =
      "setTimeout(() => { throw new Error('later'); }); await new Promise((done) => setTimeout(done, 100));";
    await expect(runInPage(browser, { script: later })).rejects.toThrow('later');
  });

  it('does not wait for ever', async () => {
    await using page = await openPage(browser, {
      script: "console.log('begun'); await new Promise(() => {});",
    });
    await expect(page.finished(300)).rejects.toThrow(/begun\n$/);
  });

  it('has built packages in it, and nothing of Node', async () => {
    const program = await bundle("import { greedy } from '@llamella/sampler'; console.log(greedy);", here);
    expect(program).toContain('sampler/dist/');
    expect(program).not.toContain('sampler/src/');
    await expect(bundle("import 'node:os';", here)).rejects.toThrow('node:os');
  });
});
