import { cpuExactProfile, cpuProfile, type Profile, webgpuProfile } from '@llamella/graph';
import type { TensorType } from '@llamella/spec';
import type { TensorLayout } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openBackend, someTokens } from './open-backend.ts';
import { referenceLogits } from './reference-llama.ts';
import { createTinyModel, type TinyModel, type TinyModelOptions } from './tiny-model.ts';

const shape = { hiddenSize: 256, intermediateSize: 512, layerCount: 1, headSize: 32, headCount: 8 } as const;
const tokens = someTokens(12);

/** Weights as packed, activations in float32: what is left is what packing does to the weights. */
function withFloatActivations(profile: Profile): Profile {
  return {
    ...profile,
    linearForm(...parameters) {
      const form = profile.linearForm(...parameters);
      return form?.kind === 'blocks' ? { ...form, accuracyLevel: 1 } : form;
    },
  };
}

const types = [
  ...['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'IQ4_NL', 'IQ4_XS'],
  ...['TQ1_0', 'TQ2_0', 'MXFP4', 'IQ1_S', 'IQ1_M', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S'],
  ...['Q1_0', 'Q2_0'],
] as TensorType[];
const folded: readonly TensorType[] = ['Q4_1', 'Q5_1', 'Q2_K', 'Q4_K', 'Q5_K'];

async function largestError(model: TinyModel, profile: Profile): Promise<number> {
  const reference = referenceLogits(model, tokens);
  await using backend = await openBackend(model, { profile });
  const all = await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' });
  const errors = reference.map((row, at) => relativeError(all.subarray(at * 96, (at + 1) * 96), row));
  return Math.max(...errors);
}

describe.each(types)('%s weights', (type) => {
  const model = createTinyModel({ ...shape, type });

  it('run exactly when decoded, and in the packed forms but for what is said of them', async () => {
    expect(await largestError(model, cpuExactProfile)).toBeLessThan(1e-5);
    expect(await largestError(model, withFloatActivations(webgpuProfile))).toBeLessThan(1e-5);
    const packed = await largestError(model, withFloatActivations(cpuProfile));
    expect(packed).toBeLessThan(folded.includes(type) ? 5e-3 : 1e-5);
  });

  it('stay near the reference with 8-bit activations', async () => {
    const error = await largestError(model, cpuProfile);
    expect(error).toBeLessThan(0.1);
    expect(error).toBeGreaterThan(1e-5);
  });
});

const scaled: readonly [string, TensorType, (shape: readonly number[]) => TensorLayout][] = [
  ['FP8 with a scale per tensor', 'F8_E4M3', (shape) => ({ scaleBlock: [shape[0]!, shape[1]!] })],
  ['FP8 with a scale per square', 'F8_E4M3', () => ({ scaleBlock: [128, 128] })],
  ['FP8 with a scale per output', 'F8_E5M2', (shape) => ({ scaleBlock: [1, shape[1]!] })],
  ['FP4 in groups of 16', 'F4_E2M1', () => ({ scaleBlock: [1, 16] })],
  ['4 bits in groups of 128', 'U4', () => ({ scaleBlock: [1, 128] })],
  ['4 bits with zero points', 'U4', () => ({ scaleBlock: [1, 128], zeroPoints: true })],
  [
    '8 bits in groups of 64 in another order',
    'U8',
    ([, inputs = 0]) => ({
      scaleBlock: [1, 64],
      inputOrder: Uint32Array.from({ length: inputs }, (_, at) => (at * 5 + 3) % inputs),
    }),
  ],
];

describe.each(scaled)('%s', (_, type, layout) => {
  const model = createTinyModel({ ...shape, type, layout });

  it('runs exactly when decoded, and packed but for what is said of it', async () => {
    expect(await largestError(model, cpuExactProfile)).toBeLessThan(1e-5);
    for (const profile of [cpuProfile, webgpuProfile]) {
      const error = await largestError(model, withFloatActivations(profile));
      expect(error).toBeLessThan(type.startsWith('F8') ? 1e-2 : 1e-5);
    }
  });

  it('stays near the reference with 8-bit activations', async () => {
    const error = await largestError(model, cpuProfile);
    expect(error).toBeLessThan(0.1);
    expect(error).toBeGreaterThan(1e-5);
  });
});

const mixes: Record<string, TinyModelOptions['type']> = {
  'Q4_K_M: value and down projections in Q6_K': (name) =>
    /attn_v|ffn_down|token_embd/.test(name) ? 'Q6_K' : 'Q4_K',
  'a type per projection': (name) =>
    name.includes('attn_q')
      ? 'Q4_K'
      : name.includes('attn_k')
        ? 'Q5_K'
        : name.includes('attn_v')
          ? 'Q2_K'
          : name.includes('gate')
            ? 'F16'
            : 'IQ4_NL',
};

it.each(Object.entries(mixes))('a mix runs: %s', async (_, type) => {
  const model = createTinyModel({ ...shape, type: type! });
  expect(await largestError(model, cpuExactProfile)).toBeLessThan(1e-5);
  expect(await largestError(model, withFloatActivations(webgpuProfile))).toBeLessThan(1e-5);
  expect(await largestError(model, withFloatActivations(cpuProfile))).toBeLessThan(5e-3);
});
