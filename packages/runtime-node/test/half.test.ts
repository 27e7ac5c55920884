import { describeBackend } from '@llamella/conformance';
import { cpuExactProfile, type Profile, webgpuHalfProfile } from '@llamella/graph';
import type { TensorType } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { goldenSource, readGolden } from './golden-logits.ts';
import { openBackend, someTokens } from './open-backend.ts';
import { createTinyModel } from './tiny-model.ts';

/** Of the largest logit: float16 has 11 bits, and activations are rounded at every node. */
const HALF_ERROR = 0.02;

/** The processor's attention has a softcap, and its products no need of integers here. */
const halfProfile: Profile = {
  ...webgpuHalfProfile,
  attentionSoftcap: true,
  linearForm(...layer) {
    const form = webgpuHalfProfile.linearForm(...layer);
    return form?.kind === 'blocks' ? { ...form, accuracyLevel: 0 } : form;
  },
};

// The processor converts to float32 around the kernels that it lacks in float16, and rounds their results.
describe('graphs in float16 on the processor', () => {
  describeBackend(
    () => openBackend(createTinyModel({ seed: 5 }), { profile: halfProfile, slots: 3, initialCapacity: 8 }),
    { tolerance: HALF_ERROR },
  );

  it('keep keys and values in half the bytes', async () => {
    const model = createTinyModel({ headSize: 64 });
    await using half = await openBackend(model, { profile: halfProfile });
    await using whole = await openBackend(model);
    expect(2 * half.storage.bytesPerToken).toBe(whole.storage.bytesPerToken);
  });

  const names = [
    ...['llama', 'llama3', 'llama-yarn', 'mistral', 'qwen2', 'qwen3', 'smollm3', 'gemma2', 'gemma3', 'phi3'],
    ...['phi3-longrope', 'granite', 'ministral3', 'gemma'],
  ];
  it.each(names)('give the logits of transformers for %s', async (name) => {
    const { tokens, logits } = readGolden(`architectures/${name}`);
    const checkpoint = await openGguf(goldenSource(`architectures/${name}/model.gguf`));
    await using backend = await openBackend({ checkpoint }, { profile: halfProfile });
    const error = relativeError(
      await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' }),
      logits,
    );
    expect(error).toBeLessThan(HALF_ERROR);
    // Something is rounded.
    expect(error).toBeGreaterThan(1e-5);
  });

  const types: TensorType[] = [
    'F32',
    'BF16',
    'Q4_0',
    'Q4_1',
    'Q5_1',
    'Q8_0',
    'Q4_K',
    'Q6_K',
    'Q2_K',
    'MXFP4',
  ];
  it.each(types)('are close to float32 with weights of type %s', async (type) => {
    const model = createTinyModel({
      type,
      hiddenSize: 256,
      headSize: 64,
      intermediateSize: 256,
      layerCount: 1,
      seed: 3,
    });
    await using exact = await openBackend(model, { profile: cpuExactProfile });
    await using half = await openBackend(model, { profile: halfProfile });
    const tokens = someTokens(20);
    for (const [start, end] of [
      [0, 16],
      [16, 19],
      [19, 20],
    ] as const) {
      const request = { slot: 0, position: start, tokens: tokens.slice(start, end), logits: 'all' } as const;
      const expected = (await exact.forward(request)).slice();
      expect(relativeError(await half.forward(request), expected)).toBeLessThan(HALF_ERROR);
    }
  });
});
