import {
  buildGraph,
  cpuExactProfile,
  cpuProfile,
  type Profile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import type { ForwardRequest } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openFolder, readPrompts } from './genai-folder.ts';
import { someTokens } from './open-backend.ts';
import { createTinyModel, packPlan, type TinyModelOptions } from './tiny-model.ts';

const tokens = someTokens(17);

async function logitsOf(options: TinyModelOptions, profile: Profile, maximumTensorBytes?: number) {
  const { checkpoint } = createTinyModel(options);
  const plan = buildGraph(checkpoint, {
    profile,
    contextLength: 18,
    ...(maximumTensorBytes !== undefined && { maximumTensorBytes }),
  });
  await using backend = await createNodeBackend(plan, await packPlan(plan, checkpoint), { threads: 1 });
  const run = async (request: Partial<ForwardRequest>) =>
    (await backend.forward({ slot: 0, position: 0, tokens, logits: 'all', ...request })).slice();
  return {
    plan,
    logits: [await run({}), await run({ position: 17, tokens: tokens.subarray(0, 1), logits: 'last' })],
  };
}

describe('a limit on tensors', () => {
  const cases: [string, TinyModelOptions, Profile, number][] = [
    ['float32, tied', {}, cpuExactProfile, 5000],
    ['float32, two rows each', {}, cpuExactProfile, 600],
    ['float32, Gemm', {}, webgpuExactProfile, 3000],
    ['float32, untied', { tiedEmbeddings: false, vocabularySize: 101 }, cpuExactProfile, 3000],
    ['F16, looked up as stored', { type: 'F16', tiedEmbeddings: false }, cpuExactProfile, 3000],
    ['Q4_0', { type: 'Q4_0', vocabularySize: 101 }, cpuProfile, 1100],
    ['Q4_1', { type: 'Q4_1' }, cpuProfile, 1500],
    ['Q4_1 with block sums', { type: 'Q4_1' }, webgpuProfile, 800],
    ['Q6_K', { type: 'Q6_K', hiddenSize: 256, headSize: 64, intermediateSize: 256 }, cpuProfile, 9000],
    [
      'U4 with zero points',
      { type: 'U4', layout: () => ({ scaleBlock: [1, 32], zeroPoints: true }) },
      cpuProfile,
      900,
    ],
  ];
  it.each(cases)('gives the same logits: %s', async (_, options, profile, limit) => {
    const whole = await logitsOf(options, profile);
    const split = await logitsOf(options, profile, limit);
    const recipes = split.plan.initializers.filter(({ source }) => 'recipe' in source && source.recipe.rows);
    expect(recipes.length).toBeGreaterThan(2);
    for (const { byteLength } of split.plan.initializers) expect(byteLength).toBeLessThanOrEqual(limit);
    expect(split.plan.fidelity).toEqual(whole.plan.fidelity);
    for (const [at, logits] of split.logits.entries()) {
      expect(relativeError(logits, whole.logits[at]!)).toBeLessThan(2e-6);
    }
  });

  // Foreign graphs: products as they are stored, dequantized ones, and those with inputs as rows, which are added up.
  it.each([
    ['llama-int4-qdq', cpuExactProfile],
    ['llama-bf16-cuda', cpuExactProfile],
    ['qwen3-fp16-webgpu', cpuExactProfile],
  ] as const)('splits the folder %s', async (folder, profile) => {
    const model = await openFolder(folder);
    await using _ = model.checkpoint;
    const { ids } = readPrompts(folder)[0]!;
    const run = async (maximumTensorBytes: number) => {
      const plan = model.plan({ profile, contextLength: 64, maximumTensorBytes });
      const sizes = plan.initializers.map(({ byteLength }) => byteLength);
      const weights = await packPlan(plan, model.checkpoint);
      await using backend = await createNodeBackend(plan, weights, { threads: 1 });
      const logits = await backend.forward({ slot: 0, position: 0, tokens: ids, logits: 'all' });
      return { logits: logits.slice(), largest: Math.max(...sizes), count: sizes.length };
    };
    const whole = await run(1e9);
    const limit = 4100;
    const split = await run(limit);
    expect(split.largest).toBeLessThanOrEqual(limit);
    expect(split.count).toBeGreaterThan(whole.count);
    expect(relativeError(split.logits, whole.logits)).toBeLessThan(1e-5);
  });

  it('stores tied embeddings once, also in parts', () => {
    const { checkpoint } = createTinyModel({ type: 'Q8_0' });
    const build = (maximumTensorBytes: number) =>
      buildGraph(checkpoint, { profile: cpuProfile, contextLength: 18, maximumTensorBytes })
        .externalByteLength;
    // Parts begin at multiples of 64 bytes.
    expect(build(2000) - build(1e6)).toBeLessThan(64 * 200);
    expect(build(2000) / build(1e6)).toBeLessThan(1.1);
  });

  it('changes nothing where everything fits', async () => {
    const { checkpoint } = createTinyModel();
    const plan = buildGraph(checkpoint, { profile: cpuProfile });
    expect(buildGraph(checkpoint, { profile: cpuProfile, maximumTensorBytes: 2 ** 27 })).toEqual(plan);
  });

  it('adds biases after the parts are joined', async () => {
    const options: TinyModelOptions = { architecture: 'qwen2', type: 'Q8_0' };
    const { checkpoint } = createTinyModel(options);
    const plain = checkpoint.tensors;
    const bias = (layer: number, letter: string, size: number) => {
      const name = `blk.${layer}.attn_${letter}.bias`;
      return [name, { name, type: 'F32', shape: [size], byteLength: 4 * size }] as const;
    };
    const biases = [0, 1].flatMap((layer) => [
      bias(layer, 'q', 64),
      bias(layer, 'k', 32),
      bias(layer, 'v', 32),
    ]);
    const values = (name: string, byteLength: number) =>
      new Uint8Array(
        Float32Array.from({ length: byteLength / 4 }, (_, at) => Math.sin(at + name.length)).buffer,
      );
    const tensors = new Map([...plain, ...biases]);
    const withBiases = {
      ...checkpoint,
      tensors,
      readTensor: async (name: string) =>
        name.endsWith('.bias') ? values(name, tensors.get(name)!.byteLength) : checkpoint.readTensor(name),
    };
    const run = async (maximumTensorBytes: number) => {
      const plan = buildGraph(withBiases, { profile: cpuProfile, contextLength: 18, maximumTensorBytes });
      await using backend = await createNodeBackend(plan, await packPlan(plan, withBiases), { threads: 1 });
      return (await backend.forward({ slot: 0, position: 0, tokens, logits: 'last' })).slice();
    };
    const [whole, split] = [await run(1e6), await run(2048)];
    expect(relativeError(split, whole)).toBeLessThan(2e-6);
  });

  it('refuses what cannot be split', () => {
    const { checkpoint } = createTinyModel();
    const build = (maximumTensorBytes: number) => () =>
      buildGraph(checkpoint, { profile: cpuExactProfile, maximumTensorBytes });
    expect(build(200)).toThrow('one row of it is larger than 200 bytes');
    expect(build(0)).toThrow('maximumTensorBytes: must be a number above 0');
    expect(build(Number.NaN)).toThrow('maximumTensorBytes');
    const long = createTinyModel({ contextLength: 4096 }).checkpoint;
    expect(() => buildGraph(long, { profile: cpuExactProfile, maximumTensorBytes: 50_000 })).toThrow(
      /a constant of 131072 bytes \(cosines\) is not supported: pass a smaller contextLength/,
    );
  });
});
