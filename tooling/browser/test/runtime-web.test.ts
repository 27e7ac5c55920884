import { expect, it } from 'vitest';
import { skippedTests } from '../src/skipped-tests.ts';

const skipped = skippedTests('runtime-web');
if (skipped === 0) {
  it('left nothing of runtime-web to be tested here', () => expect(skipped).toBe(0));
} else {
  await import('../../../packages/runtime-web/test/wasm.test.ts');
  await import('../../../packages/runtime-web/test/webgpu.test.ts');
}
