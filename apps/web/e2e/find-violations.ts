import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Results {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds wrong with the page as it is shown now: one line for each element. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(axe, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<Results> } }).axe.run(),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)}: ${failureSummary}`),
  );
}

/** What cannot be reached on this screen: a page that scrolls sideways, and controls that lie beside it. */
export function findUnreachable(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const sideways = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide on ${clientWidth}`] : [];
    const shown = document.querySelector('dialog[open]') ?? document.body;
    const controls = [...shown.querySelectorAll('button, a[href], input, textarea, select, summary')];
    const outside = controls.filter((control) => {
      if (!control.checkVisibility({ visibilityProperty: true })) return false;
      const { left, right, width } = control.getBoundingClientRect();
      // Skip links and inputs behind a label are there without being seen.
      return width > 1 && (left < -1 || right > clientWidth + 1) && !control.matches('.skip');
    });
    return [...sideways, ...outside.map((control) => control.outerHTML.slice(0, 200))];
  });
}
