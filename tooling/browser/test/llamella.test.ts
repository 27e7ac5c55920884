import { expect, it } from 'vitest';
import { skippedTests } from '../src/skipped-tests.ts';

const skipped = skippedTests('llamella');
if (skipped === 0) {
  it('left nothing of llamella to be tested here', () => expect(skipped).toBe(0));
} else {
  await import('../../../packages/llamella/test/browser/browser-model.test.ts');
  await import('../../../packages/llamella/test/browser/lost-gpu.test.ts');
}
