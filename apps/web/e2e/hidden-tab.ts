import type { Page } from 'playwright-core';

declare global {
  var setTabHidden: ((isHidden: boolean) => void) | undefined;
}

/** Lets pages that are opened later be hidden by `setHidden`: headless browsers show all of their tabs all the time. */
export async function hideable(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const draw = requestAnimationFrame.bind(globalThis);
    const cancel = cancelAnimationFrame.bind(globalThis);
    const waiting = new Map<number, FrameRequestCallback>();
    let isHidden = false;
    let last = 0;
    globalThis.requestAnimationFrame = (callback) => {
      if (!isHidden) return draw(callback);
      waiting.set(--last, callback);
      return last;
    };
    globalThis.cancelAnimationFrame = (handle) => {
      if (!waiting.delete(handle)) cancel(handle);
    };
    Object.defineProperty(document, 'hidden', { get: () => isHidden });
    Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
    globalThis.setTabHidden = (next) => {
      isHidden = next;
      document.dispatchEvent(new Event('visibilitychange'));
      if (isHidden) return;
      for (const callback of waiting.values()) draw(callback);
      waiting.clear();
    };
  });
}

/** A hidden tab is not drawn, and is told so. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => globalThis.setTabHidden?.(hidden), isHidden);
}
