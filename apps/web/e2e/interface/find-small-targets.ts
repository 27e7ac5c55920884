import type { Page } from 'playwright-core';

/** Controls that are less than 44 pixels high or wide. Tokens and links stand in running text, where they cannot be. */
export function findSmallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const shown = document.querySelector('dialog[open]') ?? document.body;
    const controls = [
      ...shown.querySelectorAll('button, summary, label.choice, label.check, input, textarea'),
    ];
    return controls
      .filter((control) => {
        const { width, height } = control.getBoundingClientRect();
        const isSeen = control.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1;
        // The label around it is what is touched.
        const isLabelled = control.matches('label input, .markdown input');
        return isSeen && !isLabelled && (width < 43.5 || height < 43.5);
      })
      .map((control) => {
        const { width, height } = control.getBoundingClientRect();
        return `${width} × ${height}: ${control.outerHTML.slice(0, 120)}`;
      });
  });
}
