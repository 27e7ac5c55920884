import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { expect, it } from 'vitest';

/** Tests of the package that its own run skipped: there was no browser yet. This step has seen to one. */
function skippedTests(): number {
  try {
    const report = join(root, 'packages', 'runtime-web', '.test-results', 'vitest.json');
    return JSON.parse(readFileSync(report, 'utf8')).numPendingTests;
  } catch {
    return Number.NaN;
  }
}

const skipped = skippedTests();
if (skipped === 0) {
  it('left nothing of runtime-web to be tested here', () => expect(skipped).toBe(0));
} else {
  await import('../../../packages/runtime-web/test/wasm.test.ts');
  await import('../../../packages/runtime-web/test/webgpu.test.ts');
}
