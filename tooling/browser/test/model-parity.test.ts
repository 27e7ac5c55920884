import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsMissing, openBrowser } from '../src/open-browser.ts';
import { beyondBounds, parityBounds } from '../src/parity/bounds.ts';
import { addPosition, noDifference } from '../src/parity/compare-logits.ts';
import { openParityPage, type ParityPage, softwareGpu } from '../src/parity/open-parity-page.ts';
import type { ParityCase, ParityRun } from '../src/parity/page-program.ts';
import { goldenPrompts, type ReferenceAnswer, referenceAnswers } from '../src/parity/reference.ts';

const count = 32;

describe.skipIf(browserIsMissing)('SmolLM2 in a browser and in Node', () => {
  let browser: Browser;
  let page: ParityPage;
  let answers: ReferenceAnswer[];
  beforeAll(async () => {
    answers = await referenceAnswers(await goldenPrompts(), count);
    browser = await openBrowser(softwareGpu);
    page = await openParityPage(browser, answers);
  });
  afterAll(async () => {
    await page?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  it('the reference answers as transformers', async () => {
    const golden = await goldenPrompts();
    expect(answers.map(({ tokens }) => tokens)).toEqual(golden.map((prompt) => prompt.greedy_ids));
  });

  it('other logits are noticed', () => {
    const [sum, reference] = [noDifference(), Float32Array.of(1, 2, 3)];
    addPosition(sum, Float32Array.of(1, 3, 2), reference);
    expect(sum).toMatchObject({ positions: 1, ties: 0, otherTokens: 1, largestError: 1 });
    expect(beyondBounds(parityBounds.wasmExactProfile, sum)).toHaveLength(3);
    expect(() => addPosition(sum, Float32Array.of(1, Number.NaN, 2), reference)).toThrow('no number');
  });

  type Row = [ParityRun['profile'], ParityRun['device'], readonly ParityCase['mode'][]];
  // A GPU in software takes a second for a token. The whole comparison: pnpm parity:web.
  const rows: Row[] = [
    ['wasmExactProfile', 'wasm', ['steps', 'chunks', 'chunks', 'chunks', 'chunks']],
    ['wasmProfile', 'wasm', ['steps', 'chunks', 'chunks', 'chunks', 'chunks']],
    ['webgpuExactProfile', 'webgpu', ['chunks']],
  ];
  it.each(rows)('%s on %s', { timeout: 240_000 }, async (profile, device, modes) => {
    const { cases } = await page.measure({ profile, device, modes });
    for (const [index, difference] of cases.entries()) {
      expect(difference.positions).toBe(count);
      expect(beyondBounds(parityBounds[profile], difference), answers[index]!.text).toEqual([]);
    }
  });

  it('free runs give the tokens of Node', async () => {
    const { cases } = await page.measure({
      profile: 'wasmExactProfile',
      device: 'wasm',
      modes: ['free'],
    });
    for (const [index, { tokens }] of cases.entries()) {
      const { tokens: expected, margins } = answers[index]!;
      expect(Math.min(...margins)).toBeGreaterThan(1e-3);
      expect(tokens).toEqual(expected);
    }
  });
});
