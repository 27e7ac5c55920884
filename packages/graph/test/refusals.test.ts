import { buildGraph, cpuExactProfile, cpuProfile, webgpuProfile } from '@llamella/graph';
import type { ModelConfig, RopeScaling } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { type CheckpointHead, describeCheckpoint, withTensor } from './checkpoint.ts';

const tiny = describeCheckpoint();
const build = (checkpoint: CheckpointHead, contextLength?: number) => () =>
  buildGraph(checkpoint, { profile: cpuProfile, ...(contextLength !== undefined && { contextLength }) });
const error = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });
/** The same tensors with another configuration. */
const configured = (changes: object) => ({ ...tiny, config: { ...tiny.config, ...changes } as ModelConfig });

describe('a configuration that makes no sense', () => {
  const sizes = [
    'contextLength',
    'vocabularySize',
    'hiddenSize',
    'intermediateSize',
    'layerCount',
    'headCount',
    'keyValueHeadCount',
    'headSize',
  ];
  for (const key of sizes) {
    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, undefined, '4'])(
      `names the file and ${key} = %s`,
      (value) => {
        expect(build(configured({ [key]: value }))).toThrow(
          error(
            'invalid-file',
            `tiny.gguf: ${key} must be a whole number from 1 to 2147483647, got ${value}`,
          ),
        );
      },
    );
  }

  const scaling = (value: object) => ({ ropeScaling: value as RopeScaling });
  const llama3 = {
    kind: 'llama3',
    factor: 8,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContextLength: 64,
  };
  const yarn = { kind: 'yarn', factor: 4, originalContextLength: 32 };
  const eight = new Float32Array(8).fill(1);
  const longrope = {
    kind: 'longrope',
    ...{ shortDivisors: eight, longDivisors: eight, originalContextLength: 32 },
  };
  const bad: [object, string][] = [
    [{ headSize: 12 }, 'headSize 12 is not a multiple of 8'],
    [{ headCount: 3 }, 'headCount 3 is not a multiple of keyValueHeadCount 2'],
    [{ normEpsilon: Number.NaN }, 'normEpsilon must be'],
    [{ normEpsilon: -1e-5 }, 'normEpsilon must be'],
    [{ ropeTheta: 0 }, 'ropeTheta must be above 0, got 0'],
    [{ ropeTheta: Number.NaN }, 'ropeTheta must be above 0, got NaN'],
    [scaling({ kind: 'linear', factor: 0 }), 'ropeScaling.factor must be above 0'],
    [scaling({ ...llama3, factor: Number.NaN }), 'ropeScaling.factor must be above 0'],
    [scaling({ ...llama3, lowFrequencyFactor: 0 }), 'ropeScaling.lowFrequencyFactor must be above 0'],
    [scaling({ ...llama3, highFrequencyFactor: 1 }), 'ropeScaling.highFrequencyFactor 1 is not above'],
    [scaling({ ...llama3, originalContextLength: -1 }), 'ropeScaling.originalContextLength must be above 0'],
    [
      scaling({ kind: 'divisors', divisors: new Float32Array(7).fill(1) }),
      'ropeScaling.divisors has 7 numbers',
    ],
    [scaling({ kind: 'divisors', divisors: new Float32Array(8) }), 'ropeScaling.divisors[0] must be above 0'],
    [scaling({ ...yarn, factor: 0 }), 'ropeScaling.factor must be above 0'],
    [scaling({ ...yarn, betaFast: 1, betaSlow: 2 }), 'ropeScaling.betaFast 1 is below betaSlow 2'],
    [scaling({ ...yarn, attentionFactor: -1 }), 'ropeScaling.attentionFactor must be above 0'],
    [scaling({ ...longrope, originalContextLength: 1 }), 'ropeScaling.originalContextLength must be above 1'],
    [
      scaling({ ...longrope, longDivisors: new Float32Array(4).fill(1) }),
      'ropeScaling.longDivisors has 4 numbers where 16 rotated dimensions need 8',
    ],
    [{ rotarySize: 3 }, 'rotarySize must be even and from 2 to headSize 16, got 3'],
    [{ rotarySize: 18 }, 'rotarySize must be even and from 2 to headSize 16, got 18'],
    [{ slidingWindow: 0 }, 'slidingWindow must be a whole number from 1'],
    [{ slidingWindow: 4, slidingLayers: [true] }, 'slidingLayers has 1 values for a layerCount of 2'],
    [{ rotaryLayers: [true, true, true] }, 'rotaryLayers has 3 values for a layerCount of 2'],
    [{ attentionScale: 0 }, 'attentionScale must be above 0, got 0'],
    [{ attentionSoftcap: Number.NaN }, 'attentionSoftcap must be above 0, got NaN'],
    [{ logitSoftcap: -30 }, 'logitSoftcap must be above 0, got -30'],
    [{ logitScale: Number.POSITIVE_INFINITY }, 'logitScale must be above 0, got Infinity'],
    [{ slidingRopeTheta: 0 }, 'slidingRopeTheta must be above 0, got 0'],
    [{ activation: 'relu' }, 'activation "relu" is not known'],
    [scaling({ kind: 'dynamic' }), 'ropeScaling.kind "dynamic" is not known'],
  ];
  it.each(bad)('%j', (changes, text) => {
    expect(build(configured(changes))).toThrow(error('invalid-file', `tiny.gguf: ${text}`));
  });

  it('of a size that the tensors do not have names the tensor', () => {
    expect(build(configured({ headCount: 8 }))).toThrow(
      error(
        'invalid-file',
        'tiny.gguf: tensor blk.0.attn_q.weight has shape [64, 64] where its configuration needs [128, 64]',
      ),
    );
    expect(build(configured({ layerCount: 3 }))).toThrow(
      error('invalid-file', 'tensor blk.2.attn_norm.weight is missing'),
    );
    expect(build(configured({ layerCount: 2 ** 31 - 1 }))).toThrow(
      error('invalid-file', 'blk.2.attn_norm.weight'),
    );
    expect(build(configured({ layerCount: 1 }))).toThrow(
      error('invalid-file', 'tensor blk.1.attn_norm.weight where its configuration has 1 layers'),
    );
  });
});

describe('contextLength', () => {
  it.each([0, -5, 1.5, Number.NaN, 129])('%s is refused', (value) => {
    expect(build(tiny, value)).toThrow(
      error('invalid-argument', 'contextLength: must be a whole number from 1 to 128'),
    );
  });

  it.each([1, 128])('%s makes tables of that length', (value) => {
    const plan = build(tiny, value)();
    expect(plan.interface.contextLength).toBe(value);
    expect(plan.initializers.find(({ name }) => name === 'cosines')?.shape).toEqual([value, 8]);
  });

  it('must be given when the tables for the whole context would be too large', () => {
    const endless = configured({ contextLength: 2 ** 31 - 1 });
    expect(build(endless)).toThrow(error('unsupported', 'pass a contextLength of at most 33554432'));
    expect(build(endless, 64)().interface.contextLength).toBe(64);
  });
});

describe('an architecture, tensor type or tensor without a place', () => {
  it('is named', () => {
    expect(build(configured({ architecture: 'gpt2' }))).toThrow(
      error('unsupported', 'tiny.gguf: architecture "gpt2" is not supported: supported: llama'),
    );
    expect(build(describeCheckpoint({ type: 'F64' }))).toThrow(
      error('unsupported', 'tiny.gguf: tensor token_embd.weight of type F64 on cpu'),
    );
    const oneBad = withTensor(describeCheckpoint({ type: 'Q4_0' }), 'blk.1.ffn_up.weight', {
      type: 'I8',
    });
    expect(build(oneBad)).toThrow(error('unsupported', 'tiny.gguf: tensor blk.1.ffn_up.weight of type I8'));
  });

  it.each(['blk.0.attn_norm.bias', 'blk.1.attn_q_norm.weight', 'output.bias'])('%s', (name) => {
    expect(build(withTensor(tiny, name, {}))).toThrow(error('unsupported', `tiny.gguf: tensor ${name}`));
  });

  it('but tensors that the configuration stands for may be there', () => {
    for (const name of ['rope_freqs', 'rope_factors_short', 'rope_factors_long']) {
      expect(build(withTensor(tiny, `${name}.weight`, {}))).not.toThrow();
    }
    expect(build(withTensor(tiny, 'output.weight', { shape: [96, 64] }))).not.toThrow();
  });

  it('names what an architecture needs, and what it has no place for', () => {
    expect(build(configured({ architecture: 'qwen3' }))).toThrow(
      error('invalid-file', 'tensor blk.0.attn_q_norm.weight is missing, which qwen3 needs'),
    );
    expect(build(configured({ architecture: 'gemma2' }))).toThrow(
      error('invalid-file', 'tensor blk.0.post_attention_norm.weight is missing, which gemma2 needs'),
    );
    expect(build(describeCheckpoint({ outputNorms: true }))).toThrow(
      error('unsupported', 'tensor blk.0.post_attention_norm.weight'),
    );
    expect(build(withTensor(tiny, `blk.${tiny.config.layerCount}.attn_norm.weight`, {}))).toThrow(
      error('invalid-file', `where its configuration has ${tiny.config.layerCount} layers, from blk.0 on`),
    );
    expect(build(withTensor(tiny, 'x'.repeat(1e6), {}))).toThrow(
      error('unsupported', `tensor ${'x'.repeat(80)}… is`),
    );
    expect(build(withTensor(tiny, 'blk.0.attn_norm.weight', { type: 'F64' }))).toThrow(
      error('unsupported', 'tensor blk.0.attn_norm.weight of type F64 is not supported'),
    );
    const fused = describeCheckpoint({ architecture: 'phi3', fused: true });
    expect(build(withTensor(fused, 'blk.1.attn_qkv.weight', { shape: [64, 64] }))).toThrow(
      error(
        'invalid-file',
        'tensor blk.1.attn_qkv.weight has shape [64, 64] where its configuration needs [128,',
      ),
    );
    expect(build(withTensor(fused, 'blk.1.ffn_up.weight', { shape: [96, 64] }))).toThrow(
      error('invalid-file', 'tensor blk.1.ffn_gate.weight is missing'),
    );
  });

  it('is a softcap of scores, where attention leaves it out', () => {
    const capped = configured({ attentionSoftcap: 50 });
    expect(() => buildGraph(capped, { profile: webgpuProfile })).toThrow(
      error('unsupported', 'tiny.gguf: a softcap of attention scores on webgpu is not supported'),
    );
    expect(build(capped)).not.toThrow();
  });

  it('says what a mixture of experts is', () => {
    expect(build(configured({ architecture: 'qwen2moe' }))).toThrow(
      error(
        'unsupported',
        'architecture "qwen2moe", a mixture of experts, is not supported: supported: llama,',
      ),
    );
    const expert = withTensor(
      withTensor(tiny, 'blk.0.ffn_gate.weight', undefined),
      'blk.0.ffn_gate_exps.weight',
      {},
    );
    expect(build(expert)).toThrow(
      error('unsupported', 'a mixture of experts (tensor blk.0.ffn_gate_exps.weight)'),
    );
  });
});

describe('a tensor', () => {
  it.each([...tiny.tensors.keys()])('%s must be there', (name) => {
    expect(build(withTensor(tiny, name, undefined))).toThrow(
      error('invalid-file', `tiny.gguf: tensor ${name} is missing, which llama needs`),
    );
  });

  it.each([[[32, 64]], [[64]], [[64, 64, 1]], [[]]])('must not have shape %j', (shape) => {
    expect(build(withTensor(tiny, 'blk.1.attn_output.weight', { shape }))).toThrow(
      error('invalid-file', `tensor blk.1.attn_output.weight has shape [${shape.join(', ')}] where`),
    );
  });

  it.each(['Q4_0', 'Q4_1', 'Q8_0'] as const)('of type %s must have rows of whole blocks', (type) => {
    const odd = describeCheckpoint({ type, intermediateSize: 72 });
    for (const profile of [cpuProfile]) {
      expect(() => buildGraph(odd, { profile })).toThrow(
        error(
          'invalid-file',
          `tensor blk.0.ffn_down.weight of type ${type} has rows of 72, which is no multiple of`,
        ),
      );
    }
    expect(() =>
      buildGraph(describeCheckpoint({ intermediateSize: 72 }), { profile: cpuExactProfile }),
    ).not.toThrow();
  });
});
