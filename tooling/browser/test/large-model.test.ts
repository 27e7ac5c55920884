import { describe, expect, it } from 'vitest';
import { llama8b } from '../src/large-model/made-model.ts';
import { heapLimit, measureLoading } from '../src/large-model/measure-loading.ts';
import { browserIsMissing } from '../src/open-browser.ts';

// The whole model, 32 layers: pnpm loading:web.
describe.skipIf(browserIsMissing)('a model with matrices as large as those of Llama 3.1 8B', () => {
  it('is never in JavaScript memory as a whole', { timeout: 180_000 }, async () => {
    const { loaded, heaps } = await measureLoading({
      shape: { ...llama8b, layers: 1 },
      files: 3,
      profile: 'webgpuProfile',
    });
    expect(loaded).toMatchObject({ files: 3, same: true });
    expect(loaded.bytes).toBeGreaterThan(700e6);
    expect(loaded.readBytes).toBeGreaterThan(750e6);
    // Both matrices of the vocabulary have 295 MB; a sample of what is held while they are packed has to be there.
    expect(heaps.pack).toBeGreaterThan(290e6);
    expect(Math.max(...Object.values(heaps))).toBeLessThan(heapLimit);
  });

  it('runs in the memory of WASM', { timeout: 180_000 }, async () => {
    const vocabulary = 16_384;
    const { loaded, heaps } = await measureLoading({
      shape: { ...llama8b, layers: 1, vocabulary },
      files: 2,
      profile: 'cpuProfile',
      compile: 'wasm',
    });
    expect(loaded).toMatchObject({ files: 2, same: true, logits: vocabulary });
    expect(loaded.packedBytes).toBeGreaterThan(200e6);
    expect(heaps.compile).toBeLessThan(100e6);
  });
});
