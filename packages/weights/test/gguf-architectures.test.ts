import { existsSync, readFileSync } from 'node:fs';
import type { ModelConfig } from '@llamella/spec';
import { bytesFromMemory, openGguf } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import {
  count,
  type Field,
  float32,
  ggufFile,
  join,
  llamaFields,
  real,
  text,
  uint32,
  uint64,
} from './gguf-writer.ts';

/** A file of an architecture with the keys that all have, and more. */
function fieldsOf(architecture: string, more: readonly Field[]): Field[] {
  const names = more.map(([name]) => name);
  const common = llamaFields.map(
    ([name, type, value]): Field => [name.replace(/^llama\./, `${architecture}.`), type, value],
  );
  return [
    ...common.filter(([name]) => name !== 'general.architecture' && !names.includes(name)),
    text('general.architecture', architecture),
    ...more,
  ];
}

async function configOf(
  architecture: string,
  more: readonly Field[] = [],
  tensors: Readonly<Record<string, number[]>> = {},
): Promise<ModelConfig> {
  const rows = Object.entries(tensors);
  const file = ggufFile({
    fields: fieldsOf(architecture, more),
    tensors: rows.map(([name, values], at) => ({
      name,
      dimensions: [values.length],
      type: 0,
      offset: at * 64,
    })),
    data: rows.length * 64,
  });
  for (const [at, [, values]] of rows.entries()) {
    file.set(join(values.map(float32)), file.byteLength - (rows.length - at) * 64);
  }
  return (await openGguf(bytesFromMemory(file, 'm.gguf'))).config;
}

const boolean = (key: string, value: boolean): Field => [key, 7, Uint8Array.of(value ? 1 : 0)];
const booleans = (key: string, values: readonly boolean[]): Field => [
  key,
  9,
  join([uint32(7), uint64(values.length), Uint8Array.from(values, Number)]),
];

describe('gemma2', () => {
  it('has the defaults of llama.cpp', async () => {
    expect(await configOf('gemma2', [count('gemma2.block_count', 3)])).toMatchObject({
      slidingWindow: 4096,
      slidingLayers: [true, false, true],
      attentionSoftcap: 50,
      logitSoftcap: 30,
      embeddingScale: 8,
      activation: 'gelu-tanh',
      ropeInterleaved: false,
    });
  });

  it('has what the file says', async () => {
    const config = await configOf('gemma2', [
      count('gemma2.attention.sliding_window', 16),
      real('gemma2.attn_logit_softcapping', 20),
      real('gemma2.final_logit_softcapping', 0),
    ]);
    expect(config).toMatchObject({ slidingWindow: 16, attentionSoftcap: 20 });
    for (const key of ['logitSoftcap', 'attentionScale', 'slidingRopeTheta', 'rotaryLayers']) {
      expect(config, key).not.toHaveProperty(key);
    }
  });

  it('of 27B scales scores by the hidden size per head', async () => {
    const layers = count('gemma2.block_count', 46);
    const heads = count('gemma2.attention.key_length', 32);
    const values = count('gemma2.attention.value_length', 32);
    expect((await configOf('gemma2', [layers, heads, values])).attentionScale).toBe(1 / Math.sqrt(16));
  });
});

describe('gemma3', () => {
  const window = count('gemma3.attention.sliding_window', 512);

  it('has every sixth layer without a window, and frequencies of their own in the others', async () => {
    const config = await configOf('gemma3', [window, count('gemma3.block_count', 7)]);
    expect(config).toMatchObject({
      slidingWindow: 512,
      slidingLayers: [true, true, true, true, true, false, true],
      slidingRopeTheta: 10_000,
      embeddingScale: 8,
      activation: 'gelu-tanh',
    });
    expect(config).not.toHaveProperty('logitSoftcap');
    const large = await configOf('gemma3', [window, count('gemma3.block_count', 62)]);
    expect(large.attentionScale).toBe(0.25);
  });

  it.each([
    ['a number', count('gemma3.attention.sliding_window_pattern', 2), [true, false, true]],
    [
      'a list',
      booleans('gemma3.attention.sliding_window_pattern', [false, false, true]),
      [false, false, true],
    ],
  ] as const)('takes its pattern as %s', async (_, field, slidingLayers) => {
    const config = await configOf('gemma3', [window, count('gemma3.block_count', 3), field]);
    expect(config.slidingLayers).toEqual(slidingLayers);
  });

  it('refuses a list of another length', async () => {
    const pattern = booleans('gemma3.attention.sliding_window_pattern', [true]);
    await expect(configOf('gemma3', [window, pattern])).rejects.toThrow(
      'm.gguf: metadata key gemma3.attention.sliding_window_pattern is no list of 2 booleans',
    );
  });

  it('may have no window', async () => {
    const config = await configOf('gemma3', [count('gemma3.attention.sliding_window', 0)]);
    for (const key of ['slidingWindow', 'slidingLayers', 'slidingRopeTheta']) {
      expect(config, key).not.toHaveProperty(key);
    }
  });
});

describe('granite', () => {
  it('has its factors', async () => {
    const config = await configOf('granite', [
      real('granite.attention.scale', 0.015625),
      real('granite.embedding_scale', 12),
      real('granite.residual_scale', 0.25),
      real('granite.logit_scale', 8),
    ]);
    expect(config).toMatchObject({
      attentionScale: 0.015625,
      embeddingScale: 12,
      residualScale: 0.25,
      logitScale: 0.125,
      ropeInterleaved: true,
    });
    expect(config).not.toHaveProperty('rotaryLayers');
  });

  it('without rope.scaling.finetuned is not rotated', async () => {
    const unrotated = boolean('granite.rope.scaling.finetuned', false);
    const config = await configOf('granite', [unrotated, real('granite.logit_scale', 8)]);
    expect(config.rotaryLayers).toEqual([false, false]);
  });

  it('must say how logits are scaled', async () => {
    await expect(configOf('granite')).rejects.toThrow('metadata key granite.logit_scale is missing');
  });
});

it('smollm3 rotates all but every fourth layer', async () => {
  const config = await configOf('smollm3', [count('smollm3.block_count', 5)]);
  expect(config.rotaryLayers).toEqual([true, true, true, false, true]);
  expect(config.ropeInterleaved).toBe(true);
});

it('mistral3 ends where it would scale queries by their position', async () => {
  const original = count('mistral3.rope.scaling.original_context_length', 64);
  const temperature = (value: number) => real('mistral3.attention.temperature_scale', value);
  expect((await configOf('mistral3', [original, temperature(0.1)])).contextLength).toBe(64);
  expect((await configOf('mistral3', [temperature(0.1)])).contextLength).toBe(256);
  expect((await configOf('mistral3', [original, temperature(0)])).contextLength).toBe(256);
});

describe('phi3', () => {
  const short = [1, 1, 2, 2];
  const long = [1, 2, 3, 4];
  const part = count('phi3.rope.dimension_count', 8);
  const original = count('phi3.rope.scaling.original_context_length', 64);
  const both = { 'rope_factors_short.weight': short, 'rope_factors_long.weight': long };

  it('has LongRoPE where there are tensors for it, with or without a type', async () => {
    const attention = real('phi3.rope.scaling.attn_factor', 1.25);
    for (const type of [[], [text('phi3.rope.scaling.type', 'longrope')]]) {
      const config = await configOf('phi3', [part, original, attention, ...type], both);
      expect(config.rotarySize).toBe(8);
      expect(config.ropeScaling).toEqual({
        kind: 'longrope',
        shortDivisors: Float32Array.from(short),
        longDivisors: Float32Array.from(long),
        originalContextLength: 64,
        attentionFactor: 1.25,
      });
    }
  });

  it('needs both tensors, of the right length', async () => {
    const one = { 'rope_factors_short.weight': short };
    await expect(configOf('phi3', [part], one)).rejects.toThrow('tensor rope_factors_long.weight is missing');
    await expect(configOf('phi3', [], both)).rejects.toThrow(
      'tensor rope_factors_short.weight has 4 values for heads of 16',
    );
    await expect(configOf('phi3', [text('phi3.rope.scaling.type', 'longrope')])).rejects.toThrow(
      'metadata key phi3.rope.scaling.type is longrope, but there is no tensor',
    );
  });

  it('has a window unless it is 0', async () => {
    const window = (length: number) => configOf('phi3', [count('phi3.attention.sliding_window', length)]);
    expect((await window(2047)).slidingWindow).toBe(2047);
    expect(await window(0)).not.toHaveProperty('slidingWindow');
  });
});

describe('yarn', () => {
  const key = (name: string) => `qwen2.rope.scaling.${name}`;
  const yarn = [text(key('type'), 'yarn'), real(key('factor'), 4)];

  it('has the defaults of llama.cpp', async () => {
    expect((await configOf('qwen2', yarn)).ropeScaling).toEqual({
      kind: 'yarn',
      factor: 4,
      originalContextLength: 256,
      attentionFactor: 0.1 * Math.log(4) + 1,
    });
  });

  it.each([
    ['attn_factor', 0.5, 0.5 * (0.1 * Math.log(4) + 1)],
    ['yarn_attn_factor', 1.5, 1.5],
    ['yarn_log_multiplier', 1, 1],
  ])('takes %s', async (name, value, attentionFactor) => {
    const { ropeScaling } = await configOf('qwen2', [...yarn, real(key(name), value)]);
    expect(ropeScaling).toMatchObject({ attentionFactor });
  });

  it('takes the original context and the ends of the ramp', async () => {
    const config = await configOf('qwen2', [
      ...yarn,
      count(key('original_context_length'), 64),
      real(key('yarn_beta_fast'), 16),
      real(key('yarn_beta_slow'), 2),
      real(key('yarn_ext_factor'), -1),
    ]);
    expect(config.ropeScaling).toMatchObject({ originalContextLength: 64, betaFast: 16, betaSlow: 2 });
  });

  it('needs a factor, and knows no other mix', async () => {
    await expect(configOf('qwen2', [yarn[0]!])).rejects.toThrow('rope.scaling.factor is missing');
    await expect(configOf('qwen2', [...yarn, real(key('yarn_ext_factor'), 0.5)])).rejects.toThrow(
      'qwen2.rope.scaling.yarn_ext_factor of 0.5 is not supported',
    );
  });
});

it.each([
  ['qwen2moe', count('qwen2moe.expert_count', 60), 'a mixture of 60 experts is not supported'],
  ['granite', count('granite.expert_count', 8), 'a mixture of 8 experts is not supported'],
] as const)('refuses %s with %j', async (architecture, field, message) => {
  await expect(configOf(architecture, [field])).rejects.toThrow(message);
});

const golden = new URL('../../../tooling/reference/golden/architectures/', import.meta.url);

describe.skipIf(!existsSync(golden))('files as llama.cpp converts them', () => {
  it.each([
    ['llama', { tiedEmbeddings: false, ropeScaling: { kind: 'none' }, headSize: 16, hiddenSize: 32 }],
    ['mistral', { architecture: 'llama', slidingWindow: 7 }],
    ['ministral3', { architecture: 'mistral3', contextLength: 48, ropeScaling: { attentionFactor: 1 } }],
    ['llama-yarn', { ropeScaling: { kind: 'yarn', betaFast: 2, betaSlow: 0.25, originalContextLength: 48 } }],
    ['smollm3', { rotaryLayers: [true, true, true, false], ropeScaling: { kind: 'linear', factor: 2 } }],
    ['gemma', { activation: 'gelu-tanh', embeddingScale: Math.fround(Math.sqrt(32)) }],
    ['gemma2', { slidingLayers: [true, false, true], attentionSoftcap: 3, logitSoftcap: 8 }],
    ['gemma3', { slidingRopeTheta: 10_000, ropeTheta: 5000, ropeScaling: { kind: 'linear', factor: 8 } }],
    ['phi3-longrope', { rotarySize: 24, headSize: 32, ropeScaling: { originalContextLength: 24 } }],
    ['granite', { logitScale: 0.4, embeddingScale: 3 }],
  ])('%s', async (name, expected) => {
    const file = readFileSync(new URL(`${name}/model.gguf`, golden));
    expect((await openGguf(bytesFromMemory(file, name))).config).toMatchObject(expected);
  });
});
