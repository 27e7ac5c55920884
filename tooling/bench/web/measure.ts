import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import { openPage } from '@llamella/browser-tests/src/open-page.ts';
import type { CandidatePage } from './candidates.ts';
import type { Generation, Prompt } from './page-candidate.ts';
import { rendererPeak } from './renderer-memory.ts';

/** How much is measured. */
export interface Workload {
  readonly threads: number;
  readonly contextLength: number;
  readonly promptTokens: number;
  /** Generated in each run, the first token, which ends the prefill, included. */
  readonly generatedTokens: number;
  /** Generations after the first, which is not counted. */
  readonly runs: number;
}

/** What one page showed, in a browser of its own. */
export interface PageMeasurement {
  readonly loadMs: number;
  readonly runs: readonly Generation[];
  readonly peakBytes?: number;
}

/**
 * Loads a library in a fresh browser, lets it generate once uncounted, then as often as asked for.
 *
 * @param prompts one more than runs
 * @throws {Error} when the page fails or generates too few tokens
 */
export async function measurePage(
  content: CandidatePage,
  workload: Workload,
  prompts: readonly Prompt[],
): Promise<PageMeasurement> {
  const { threads, contextLength, generatedTokens } = workload;
  // Else other work on the machine would slow pages down more than this program.
  const browser = await openBrowser(['--disable-renderer-backgrounding']);
  try {
    await using opened = await openPage(browser, content);
    await opened.finished();
    const { page } = opened;
    const loadMs = await page.evaluate((options) => globalThis.benchProgram.load(options), {
      threads,
      contextLength,
    });
    const runs: Generation[] = [];
    for (const [run, prompt] of prompts.entries()) {
      const generation = await page.evaluate(
        ([prompt, count]) => globalThis.benchProgram.generate(prompt, count),
        [prompt, generatedTokens] as const,
      );
      if (run > 0) runs.push(generation);
    }
    const peakBytes = rendererPeak(process.pid);
    return { loadMs, runs, ...(peakBytes !== undefined && { peakBytes }) };
  } finally {
    await browser.close();
  }
}
