import { readFileSync } from 'node:fs';
import { InvalidFileError, type ModelConfig } from '@llamella/spec';
import { openSafetensors } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { fileOf, sourcesOf } from './safetensors-bytes.ts';
import { tinyConfig } from './tiny-models.ts';

const files = sourcesOf(new Map([['m.safetensors', fileOf({})]]));
const read = async (config: unknown): Promise<ModelConfig> =>
  (await openSafetensors({ files, config })).config;
const problem = (config: unknown) =>
  read(config).then(
    () => 'none',
    (error: Error) => `${'code' in error && error.code}: ${error.message}`,
  );

const golden: Record<string, [Record<string, unknown>, Record<string, unknown>]> = JSON.parse(
  readFileSync(new URL('fixtures/transformers-configs.golden.json', import.meta.url), 'utf8'),
);

/** The same facts as in the golden file, from a configuration. */
function meaning(config: ModelConfig) {
  const { ropeScaling: scaling, layerCount } = config;
  const every = (flag: boolean) => Array<boolean>(layerCount).fill(flag);
  return {
    vocabularySize: config.vocabularySize,
    hiddenSize: config.hiddenSize,
    intermediateSize: config.intermediateSize,
    layerCount,
    headCount: config.headCount,
    keyValueHeadCount: config.keyValueHeadCount,
    headSize: config.headSize,
    contextLength: config.contextLength,
    normEpsilon: config.normEpsilon,
    tiedEmbeddings: config.tiedEmbeddings,
    ropeTheta: config.ropeTheta,
    ropeType: scaling.kind === 'none' ? 'default' : scaling.kind,
    ropeFactor: 'factor' in scaling ? scaling.factor : null,
    originalContextLength: 'originalContextLength' in scaling ? scaling.originalContextLength : null,
    attentionFactor: 'attentionFactor' in scaling ? scaling.attentionFactor! : 1,
    partialRotaryFactor: (config.rotarySize ?? config.headSize) / config.headSize,
    slidingRopeTheta: config.slidingRopeTheta ?? null,
    slidingWindow: config.slidingWindow ?? null,
    slidingLayers: config.slidingLayers ?? every(config.slidingWindow !== undefined),
    rotaryLayers: config.rotaryLayers ?? every(true),
  };
}

describe('means what transformers takes it to mean', () => {
  it.each(Object.keys(golden))('%s', async (name) => {
    const [given, stated] = golden[name]!;
    const expected = { ...stated };
    const sliding = expected.slidingLayers as boolean[];
    // A window in which no layer slides is none; Llama's attention and Granite's have none at all.
    if (!sliding.includes(true)) expected.slidingWindow = null;
    expect(meaning(await read(given))).toEqual(expected);
  });
});

describe('reads what else the architectures have', () => {
  it('of Gemma 2', async () => {
    expect(await read(golden['Gemma 2']![0])).toMatchObject({
      architecture: 'gemma2',
      activation: 'gelu-tanh',
      attentionScale: 0.25,
      attentionSoftcap: 50,
      logitSoftcap: 30,
      embeddingScale: 8,
      ropeInterleaved: false,
    });
  });

  it('of Gemma 3, alone and in a model of text and images', async () => {
    const alone = await read(golden['Gemma 3 1B']![0]);
    expect(alone).toMatchObject({ architecture: 'gemma3', activation: 'gelu-tanh', embeddingScale: 8 });
    expect(alone).not.toHaveProperty('attentionSoftcap');
    expect(alone).not.toHaveProperty('logitSoftcap');
    expect((await read(golden['Gemma 3 4B']![0])).ropeScaling).toEqual({ kind: 'linear', factor: 8 });
  });

  it('of Granite', async () => {
    expect(await read(golden['Granite 3']![0])).toMatchObject({
      architecture: 'granite',
      attentionScale: 0.0625,
      embeddingScale: 12,
      residualScale: 0.22,
      logitScale: 0.125,
    });
  });

  it('of Llama 3.1, YaRN and LongRoPE', async () => {
    expect((await read(golden['Llama 3.1']![0])).ropeScaling).toEqual({
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 8192,
    });
    expect((await read(tinyConfig('llama-yarn'))).ropeScaling).toMatchObject({
      betaFast: 4,
      betaSlow: 0.5,
      truncate: true,
    });
    expect((await read(tinyConfig('phi3-partial'))).ropeScaling).toMatchObject({
      shortDivisors: Float32Array.of(1.2, 2, 3, 4),
      longDivisors: Float32Array.of(2, 4, 8, 12),
    });
  });

  it('in spellings that transformers itself no longer reads', async () => {
    const [given] = golden['Phi-3 mini 128k']!;
    const scaling = { ...(given.rope_scaling as object), type: 'su' };
    expect(await read({ ...given, rope_scaling: scaling })).toEqual(await read(given));
  });
});

describe('refuses', () => {
  const llama = tinyConfig('llama-linear');
  const rope = (parameters: object) => ({ ...llama, rope_parameters: { rope_theta: 1e4, ...parameters } });

  it.each<[unknown, RegExp]>([
    [[], /this is no JSON object/],
    [null, /this is no JSON object/],
    [{}, /model_type is missing/],
    [{ model_type: 'gpt2' }, /the architecture "gpt2" is not supported/],
    [{ model_type: 'mixtral' }, /"mixtral", a mixture of experts, is not supported/],
    [{ model_type: 'qwen3_moe' }, /mixture of experts/],
    [{ ...llama, num_local_experts: 8 }, /mixture of experts/],
    [{ ...llama, model_type: 'constructor' }, /the architecture "constructor"/],
    [{ ...llama, architectures: ['LlamaForSequenceClassification'] }, /architectures \["LlamaForSeq/],
    [{ ...llama, architectures: ['LlamaModel'] }, /use a model that generates text/],
    [{ ...llama, hidden_act: 'gelu' }, /hidden_act "gelu" is not supported/],
    [{ ...llama, hidden_act: null }, /hidden_act/],
    [{ ...tinyConfig('gemma2'), hidden_activation: 'relu' }, /hidden_activation "relu"/],
    [{ ...tinyConfig('gemma3'), use_bidirectional_attention: true }, /use_bidirectional_attention true/],
    [
      { ...llama, rope_scaling: { type: 'dynamic', factor: 2 } },
      /rope_scaling\.type "dynamic" is not supported/,
    ],
    [rope({ rope_type: 'proportional' }), /rope_parameters\.rope_type "proportional"/],
    [rope({ rope_type: 'default', mrope_section: [1, 2, 3] }), /rope_parameters\.mrope_section \[1,2,3\]/],
    [rope({ rope_type: 'yarn', llama_4_scaling_beta: 0.1, factor: 2 }), /llama_4_scaling_beta 0\.1/],
    [rope({ partial_rotary_factor: 0.5 }), /partial_rotary_factor 0\.5/],
    [rope({ full_attention: { rope_type: 'default' } }), /rope_parameters .* is not supported/],
    [
      { ...tinyConfig('gemma3'), rope_parameters: { rope_theta: 1e4 } },
      /rope_parameters .* is not supported/,
    ],
    [
      { ...tinyConfig('gemma3'), rope_parameters: { sliding_attention: { rope_type: 'linear', factor: 2 } } },
      /sliding_attention\.rope_type "linear"/,
    ],
    [{ ...tinyConfig('mistral'), layer_types: ['full_attention', 'sliding_attention'] }, /layer_types/],
    [
      {
        ...tinyConfig('qwen3'),
        use_sliding_window: true,
        sliding_window: 4,
        layer_types: ['full_attention', 'chunked_attention'],
      },
      /layer_types .*chunked/,
    ],
    [
      {
        ...tinyConfig('gemma3'),
        text_config: {},
        model_type: 'gemma3',
        architectures: ['Gemma3ForConditionalGeneration'],
        is_encoder_decoder: true,
      },
      /is_encoder_decoder true/,
    ],
  ])('what it cannot express: %#', async (config, expected) => {
    const found = await problem(config);
    expect(found).toMatch(expected);
    if (Array.isArray(config) || config === null) expect(found).toMatch(/^invalid-file: /);
  });

  it.each<[object, RegExp]>([
    [{ hidden_size: 0 }, /hidden_size is 0, not a positive number/],
    [{ hidden_size: '64' }, /hidden_size is "64"/],
    [{ hidden_size: 1.5 }, /hidden_size is 1.5, not a 31-bit integer/],
    [{ hidden_size: 1e300 }, /hidden_size is 1e\+300/],
    [{ hidden_size: null }, /hidden_size is missing/],
    [{ num_hidden_layers: 1e9 }, /num_hidden_layers is 1000000000, more than 65536/],
    [{ num_key_value_heads: 3 }, /num_key_value_heads is 3, no divisor of the 4 heads/],
    [{ head_dim: 7 }, /head_dim is absent or odd: 7/],
    [{ rms_norm_eps: -1 }, /rms_norm_eps is -1, not/],
    [{ tie_word_embeddings: 'yes' }, /tie_word_embeddings is neither true nor false/],
    [{ hidden_act: 7 }, /hidden_act is not a string/],
    [{ model_type: {} }, /model_type is not a string/],
    [{ model_type: null }, /model_type is missing/],
    [{ rope_parameters: [] }, /rope_parameters is not an object/],
    [{ rope_parameters: { rope_type: 'linear', rope_theta: 1e4 } }, /rope_parameters\.factor is missing/],
    [{ rope_parameters: { rope_type: 'llama3', rope_theta: 1e4, factor: 8 } }, /low_freq_factor is missing/],
    [{ rope_parameters: { rope_type: 'longrope', rope_theta: 1e4, factor: 8 } }, /short_factor is missing/],
    [
      { rope_parameters: { rope_type: 'longrope', rope_theta: 1e4, short_factor: [1] } },
      /is not a list of 4 entries/,
    ],
    [
      { rope_parameters: { rope_type: 'longrope', short_factor: [1, 2, 3, 1e39] } },
      /short_factor holds a value/,
    ],
    [
      { rope_parameters: { rope_type: 'longrope', short_factor: [1, 2, 3, '4'] } },
      /short_factor holds a value/,
    ],
  ])('values that make no sense: %#', async (change, expected) => {
    const error = await read({ ...llama, ...change }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidFileError);
    expect((error as Error).message).toMatch(expected);
    expect((error as Error).message).toMatch(/^m\.safetensors: config\.json: /);
  });

  it('a list of layers that is not one', async () => {
    const smollm3 = tinyConfig('smollm3');
    expect(await problem({ ...smollm3, no_rope_layers: [1, 0] })).toMatch(
      /no_rope_layers is not a list of 3 entries/,
    );
    expect(await problem({ ...smollm3, no_rope_layers: [1, 0, 2] })).toMatch(/no_rope_layers holds a value/);
    expect(await problem({ ...tinyConfig('gemma2'), layer_types: [] })).toMatch(
      /layer_types is not a list of 2/,
    );
  });
});
