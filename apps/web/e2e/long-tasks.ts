import type { Page } from 'playwright-core';

/** What keeps a page from answering: tasks of more than 50 ms, as the browser reports them. */
export interface LongTasks {
  clear(): Promise<void>;
  /** Milliseconds of each since the last `clear`. */
  list(): Promise<readonly number[]>;
}

declare global {
  var longTasks: number[] | undefined;
}

/** Begins to observe this page and those that it opens later. */
export async function observeLongTasks(page: Page): Promise<LongTasks> {
  const observe = () => {
    if (globalThis.longTasks !== undefined) return;
    const list: number[] = [];
    globalThis.longTasks = list;
    new PerformanceObserver((entries) => {
      for (const { duration } of entries.getEntries()) list.push(duration);
    }).observe({ type: 'longtask' });
  };
  await page.addInitScript(observe);
  await page.evaluate(observe);
  return {
    clear: () =>
      page.evaluate(() => {
        globalThis.longTasks?.splice(0);
      }),
    list: () => page.evaluate(() => [...(globalThis.longTasks ?? [])]),
  };
}
