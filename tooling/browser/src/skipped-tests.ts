import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';

/** How many tests of a package its own run skipped, `NaN` where there was none: there may have been no browser yet. */
export function skippedTests(name: string): number {
  try {
    const report = join(root, 'packages', name, '.test-results', 'vitest.json');
    return JSON.parse(readFileSync(report, 'utf8')).numPendingTests;
  } catch {
    return Number.NaN;
  }
}
