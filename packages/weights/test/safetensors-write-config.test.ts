import { readFileSync } from 'node:fs';
import type { ModelConfig } from '@llamella/spec';
import { openSafetensors, transformersConfig } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { fileOf, sourcesOf } from './safetensors-bytes.ts';
import { openTinyModel, tinyModels } from './tiny-models.ts';

const read = async (config: unknown): Promise<ModelConfig> =>
  (await openSafetensors({ files: sourcesOf(new Map([['m.safetensors', fileOf({})]])), config })).config;

const readText = (text: string) => read(JSON.parse(text));

const golden: Record<string, [Record<string, unknown>, unknown]> = JSON.parse(
  readFileSync(new URL('fixtures/transformers-configs.golden.json', import.meta.url), 'utf8'),
);

describe('says what was read', () => {
  it.each(tinyModels)('of %s', async (variant) => {
    await using model = await openTinyModel(variant);
    const json = JSON.parse(
      transformersConfig(model.config, model.tensors.keys(), { torch_dtype: 'float32' }),
    );
    expect(await read(json)).toEqual(model.config);
    expect(json.torch_dtype).toBe('float32');
    expect([json.attention_bias, json.mlp_bias]).toEqual(
      variant === 'llama-bias' ? [true, true] : [variant.startsWith('qwen2'), false],
    );
  });

  it.each(Object.keys(golden))('of %s', async (name) => {
    const config = await read(golden[name]![0]);
    expect(await readText(transformersConfig(config, []))).toEqual(config);
  });
});

it('writes numbers that transformers takes for fractions as such', async () => {
  const text = transformersConfig(await read(golden['Gemma 2']![0]), []);
  expect(text).toContain('"attn_logit_softcapping": 50.0,');
  expect(text).toContain('"query_pre_attn_scalar": 16,');
  expect(text).toContain('"rope_theta": 10000.0,');
  expect(text).toContain('"rms_norm_eps": 0.00001,');
  expect(transformersConfig(await read(golden['Llama 3.1']![0]), [])).toContain('"factor": 8.0,');
});

describe('of a model read from elsewhere', () => {
  const theta = 500_000;
  /** The values of rope_freqs.weight that llama.cpp's converter stores for Llama 3.1. */
  const divisors = Float32Array.from({ length: 64 }, (_, index) => {
    const wavelength = 2 * Math.PI * theta ** (index / 64);
    if (wavelength < 8192 / 4) return 1;
    if (wavelength > 8192) return 8;
    const smooth = (8192 / wavelength - 1) / 3;
    return 1 / ((1 - smooth) / 8 + smooth);
  });

  it('finds the scaling of Llama 3.1 in its divisors', async () => {
    const config = await read({ ...golden['Llama 3.1']![0], head_dim: 128 });
    const stored = { ...config, ropeInterleaved: true, ropeScaling: { kind: 'divisors', divisors } as const };
    expect(await readText(transformersConfig(stored, []))).toEqual(config);
    const other = { ...stored, ropeScaling: { kind: 'divisors', divisors: divisors.with(40, 3) } as const };
    expect(() => transformersConfig(other, [])).toThrow('scaling of rotary frequencies one by one');
  });

  it('gives numbers the digits that they had before they were stored in float32', async () => {
    const [given] = golden['Granite 3']!;
    const config = await read(given);
    const stored = {
      ...config,
      normEpsilon: Math.fround(1e-5),
      residualScale: Math.fround(0.22),
      ropeTheta: 1e6 + 1,
    };
    const json = JSON.parse(transformersConfig(stored, []));
    expect([json.rms_norm_eps, json.residual_multiplier, json.rope_theta]).toEqual([1e-5, 0.22, 1000001]);
  });

  it('fills in what ModelConfig leaves to defaults', async () => {
    const config = await read(golden['Llama with YaRN, mscale']![0]);
    const bare = {
      ...config,
      ropeScaling: { kind: 'yarn', factor: 40, originalContextLength: 4096 } as const,
    };
    const again = await readText(transformersConfig(bare, []));
    expect(again.ropeScaling).toEqual({
      ...bare.ropeScaling,
      attentionFactor: 0.1 * Math.log(40) + 1,
      betaFast: 32,
      betaSlow: 1,
      truncate: true,
    });
  });

  it.each<[string, Partial<ModelConfig>, string[], RegExp]>([
    ['another architecture', { architecture: 'gpt2' }, [], /gpt2 with its architecture/],
    [
      'a softcap of Llama',
      { logitSoftcap: 30 },
      [],
      /llama with logitSoftcap 30, in a config\.json, is not supported/,
    ],
    ['a scale of logits', { logitScale: 2 }, [], /logitScale 2/],
    ['attention of another scale', { attentionScale: 1 }, [], /attentionScale 1/],
    ['partial rotation', { rotarySize: 8 }, [], /partial_rotary_factor 0\.5/],
    ['layers without rotation', { rotaryLayers: Array(8).fill(false) }, [], /rotaryLayers/],
    [
      'a window in some layers',
      { slidingWindow: 8, slidingLayers: [true, ...Array(7).fill(false)] },
      [],
      /slidingLayers/,
    ],
    ['some biases', {}, ['blk.0.attn_q.bias'], /biases of attn_q without others/],
    ['biases of norms', {}, ['blk.0.attn_norm.bias'], /biases of attn_norm/],
  ])('refuses %s', async (_, change, tensors, problem) => {
    const config = { ...(await read(golden['Llama 2']![0])), ...change };
    expect(() => transformersConfig(config, tensors)).toThrow(problem);
  });
});
