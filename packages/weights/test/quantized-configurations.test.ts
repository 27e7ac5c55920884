import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { matchesWildcard, namePatterns } from '../src/quantized/module-patterns.ts';
import { quantizedLayout } from '../src/quantized/quantized-layout.ts';
import { caseOf, tensorsOf } from './quantized-golden.ts';
import { storedTensors } from './stored-layer.ts';

const module = 'model.layers.3.mlp.down_proj';
const open = (configuration: unknown, name: string, at = module) =>
  quantizedLayout(configuration, 'config.json')!.open(at, storedTensors(tensorsOf(caseOf(name), at)));
const plain = {
  [`${module}.weight`]: { dataType: 'BF16', shape: [1, 1], bytes: new Uint8Array(2) },
} as const;

it('is absent without a configuration', () => {
  expect(quantizedLayout(undefined, 'config.json')).toBeUndefined();
  expect(quantizedLayout(null, 'config.json')).toBeUndefined();
});

it.each([
  ['modelopt FP8', caseOf('modelopt fp8').configuration],
  ['modelopt FP8', caseOf('modelopt fp8 flat').configuration],
  ['fp8, blocks of [24,48]', caseOf('fp8 blocks').configuration],
  ['fbgemm_fp8', caseOf('fbgemm_fp8').configuration],
  ['compressed-tensors pack-quantized', caseOf('ct packed 4 group').configuration],
  ['awq gemm 4-bit, group 32', caseOf('awq old keys').configuration],
  ['gptq 4-bit, one group per output', caseOf('gptq 4 one group').configuration],
  ['gptq 4-bit, group 128', { bits: 4, group_size: 128, desc_act: false, damp_percent: 0.01 }],
])('calls itself %s', (method, configuration) => {
  expect(quantizedLayout(configuration, 'config.json')!.method).toBe(method);
});

it('leaves layers alone that are stored as they are', async () => {
  for (const name of ['modelopt fp8', 'fp8 blocks', 'ct float tensor', 'awq gemm 64', 'gptq 4 v2']) {
    const layout = quantizedLayout(caseOf(name).configuration, 'config.json')!;
    expect(await layout.open(module, storedTensors(plain))).toBeUndefined();
    expect(await layout.open('model.norm', storedTensors({}))).toBeUndefined();
  }
});

it('says what it does not do, and which tensors may be left', () => {
  const layout = quantizedLayout(
    { quantization: { quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: [] } },
    'hf_quant_config.json',
  )!;
  expect(layout.notes).toEqual([
    expect.stringMatching(/Activations are not quantized/),
    expect.stringMatching(/KV cache/),
  ]);
  for (const name of ['k_proj.k_scale', 'v_proj.v_scale', 'kv_scale', 'k_proj.output_scale']) {
    expect(layout.leavesOut(`model.layers.0.self_attn.${name}`)).toBe(true);
  }
  expect(layout.leavesOut('model.layers.0.self_attn.k_proj.weight')).toBe(false);
  expect(layout.leavesOut('model.layers.0.self_attn.k_proj.weight_scale')).toBe(false);
  expect(quantizedLayout(caseOf('gptq 4 v2').configuration, 'config.json')!.notes).toEqual([]);
});

it('reads a model without quantized weights, of which only the KV cache is', async () => {
  const layout = quantizedLayout(
    { quantization: { quant_algo: null, kv_cache_quant_algo: 'FP8' } },
    'x.json',
  )!;
  expect(await layout.open(module, storedTensors(plain))).toBeUndefined();
  expect(layout.notes).toHaveLength(1);
});

describe('exceptions', () => {
  it.each([
    [
      'modelopt fp8',
      { quantization: { quant_algo: 'FP8', exclude_modules: ['lm_head', 'model.layers.3*'] } },
    ],
    ['fp8 blocks', { quant_method: 'fp8', modules_to_not_convert: [module] }],
    ['awq gemm 64', { quant_method: 'awq', group_size: 64, modules_to_not_convert: ['*.down_proj'] }],
    ['ct float tensor', { ...caseOf('ct float tensor').configuration, ignore: ['re:.*layers\\.3\\.mlp.*'] }],
  ])('are not quantized: %s', async (name, configuration) => {
    await expect(open(configuration, name)).rejects.toThrow(
      /model\.layers\.3\.mlp\.down_proj\.q?weight is quantized, .*exclude/,
    );
  });

  it('match as in the shell', () => {
    expect(matchesWildcard('model.layers.0.mlp', 'model.layers.0*')).toBe(true);
    expect(matchesWildcard('model.layers.1.mlp', 'model.layers.0*')).toBe(false);
    expect(matchesWildcard('model.layers.1.mlp', '*.?.mlp')).toBe(true);
    expect(matchesWildcard('lm_head', 'lm_head')).toBe(true);
    expect(matchesWildcard('lm_head', 'lm_hea')).toBe(false);
    expect(matchesWildcard('', '*')).toBe(true);
    expect(matchesWildcard('a'.repeat(2000), `${'a*'.repeat(500)}b`)).toBe(false);
  });
});

describe('regular expressions', () => {
  const matches = (pattern: string, name: string) => namePatterns([pattern], 'config.json')[0]!.test(name);

  it('match from the start', () => {
    expect(matches('.*lm_head', 'lm_head')).toBe(true);
    expect(matches('layers', 'model.layers.0')).toBe(false);
    expect(matches('.*\\.(q|k|v)_proj$', 'model.layers.0.self_attn.k_proj')).toBe(true);
    expect(matches('^(?!.*lm_head).*', 'lm_head')).toBe(false);
    expect(matches('model[.]layers[.][0-9]+[.]mlp.*', 'model.layers.12.mlp.up_proj')).toBe(true);
    expect(matches('.*layers\\.(0|1|2|3|4|5|6|7|8|9|10|11)\\..*', 'model.layers.11.mlp')).toBe(true);
  });

  it.each([
    '(a+)+$',
    '(a|aa)*$',
    '(a?a?)*$',
    '((a{1,9})){9}',
    '.*.*.*.*.*.*.*.*x',
    `${'(a|a)'.repeat(40)}x`,
    `${'a?'.repeat(40)}x`,
    `${'\\*?'.repeat(40)}x`,
    '(unclosed',
    '(?P<name>x)',
  ])('refuse %s', (pattern) => {
    expect(() => namePatterns([pattern], 'config.json')).toThrow(UnsupportedError);
  });

  it('refuse too many of them', () => {
    expect(() =>
      namePatterns(
        Array.from({ length: 1000 }, () => '.*a.*b.*c.*'),
        'x',
      ),
    ).toThrow(UnsupportedError);
  });
});

describe('groups of compressed-tensors', () => {
  const float = caseOf('ct float tensor').configuration as { config_groups: { group_0: object } };
  const packed = caseOf('ct packed 4 group').configuration as { config_groups: { group_0: object } };
  const mixed = (targets: string[]) => ({
    ...float,
    format: 'mixed-precision',
    config_groups: {
      group_0: { ...float.config_groups.group_0, format: 'float-quantized' },
      group_1: { ...packed.config_groups.group_0, format: 'pack-quantized', targets },
    },
  });

  it.each([[[module]], [['re:.*down_proj$']]])('are found by name before class: %s', async (targets) => {
    const packedLinear = await open(mixed(targets), 'ct packed 4 group');
    expect(packedLinear!.info.type).toBe('U4');
    const other = 'model.layers.3.mlp.up_proj';
    expect((await open(mixed(targets), 'ct float tensor', other))!.info.type).toBe('F8_E4M3');
  });

  it('must name every quantized layer', async () => {
    const configuration = {
      ...packed,
      config_groups: { group_0: { ...packed.config_groups.group_0, targets: ['re:.*up_proj'] } },
    };
    await expect(open(configuration, 'ct packed 4 group')).rejects.toThrow(
      /weight_packed is quantized, and the config/,
    );
  });

  it('need no format', async () => {
    for (const name of ['ct float tensor', 'ct int8', 'ct packed 4 group', 'ct nvfp4', 'ct mxfp4']) {
      const { format, ...configuration } = caseOf(name).configuration;
      expect((await open(configuration, name))!.info.shape).toEqual([32, 128]);
    }
  });
});

it('takes the algorithm of each layer of MIXED_PRECISION', async () => {
  const quantized_layers = {
    [module]: { quant_algo: 'NVFP4', group_size: 16 },
    other: { quant_algo: 'FP8' },
  };
  const configuration = { quantization: { quant_algo: 'MIXED_PRECISION', quantized_layers } };
  expect((await open(configuration, 'modelopt nvfp4'))!.info.type).toBe('F4_E2M1');
  expect((await open(configuration, 'modelopt fp8', 'other'))!.info.type).toBe('F8_E4M3');
  await expect(open(configuration, 'modelopt fp8', 'third')).rejects.toThrow(/does not name the layer/);
});

it('gives the scales of inputs', async () => {
  const linear = await open(caseOf('modelopt int4').configuration, 'modelopt int4');
  const scales = await linear!.readPreQuantScale!();
  expect(scales).toHaveLength(128);
  expect(scales.every((scale) => scale >= 0.5 && scale <= 1.5)).toBe(true);
  const without = await open(caseOf('modelopt int4 inline').configuration, 'modelopt int4 inline');
  expect(without!.readPreQuantScale).toBeUndefined();
});

it.each<[string, unknown]>([
  ['bitsandbytes', { quant_method: 'bitsandbytes', load_in_4bit: true }],
  ['bitsandbytes', { load_in_8bit: true }],
  ...['hqq', 'aqlm', 'quanto', 'eetq', 'exl2', 'torchao', 'vptq', 'mxfp4', 'marlin'].map(
    (quant_method): [string, unknown] => [quant_method, { quant_method }],
  ),
  ['a method that is not named', {}],
  ['marlin', { quant_method: 'gptq', bits: 4, checkpoint_format: 'marlin' }],
  ['marlin', { quant_method: 'gptq', bits: 4, is_marlin_format: true }],
  ['marlin', { quant_method: 'awq', version: 'marlin' }],
  ['gemv_fast', { quant_method: 'awq', version: 'gemv_fast' }],
  ['5 bits', { quant_method: 'gptq', bits: 5 }],
  ['dynamic', { quant_method: 'gptq', bits: 4, dynamic: { 'model.layers.0': { bits: 8 } } }],
  ['8 bits', { quant_method: 'awq', bits: 8 }],
  ['MXFP8', { quantization: { quant_algo: 'MXFP8' } }],
  ['NVFP4_SVD', { quant_method: 'modelopt', quant_algo: 'NVFP4_SVD' }],
  ['toString', { quant_method: 'modelopt', quant_algo: 'toString' }],
  ['e3m4', { quant_method: 'fp8', fmt: 'e3m4' }],
  ['transform_config', { quant_method: 'compressed-tensors', config_groups: {}, transform_config: { a: 1 } }],
  [
    'sparsity_config',
    { quant_method: 'compressed-tensors', config_groups: {}, sparsity_config: { format: 'sparse-24' } },
  ],
])('refuses %s by name', (name, configuration) => {
  const attempt = () => quantizedLayout(configuration, 'config.json');
  expect(attempt).toThrow(UnsupportedError);
  expect(attempt).toThrow(new RegExp(`config\\.json.*${name}.* is not supported: use`));
});

it('refuses formats of compressed-tensors by name', async () => {
  for (const format of ['marlin-24', 'mxfp8-quantized', 'sparse-bitmask']) {
    const configuration = { ...caseOf('ct float tensor').configuration, format };
    await expect(open(configuration, 'ct float tensor')).rejects.toThrow(
      new RegExp(`${format}.*is not supported`),
    );
  }
});

it.each([
  ['the quantization is not an object', 7],
  ['the quantization is not an object', []],
  ['quant_method is not a string', { quant_method: 3 }],
  ['bits is not a whole number from 1', { quant_method: 'gptq', bits: '4' }],
  ['group_size is 0', { quant_method: 'gptq', bits: 4, group_size: 0 }],
  ['group_size is not a whole number from -1', { quant_method: 'awq', group_size: -2 }],
  ['sym is neither true nor false', { quant_method: 'gptq', bits: 4, sym: 'yes' }],
  [
    'weight_block_size is not a number of rows and one of columns',
    { quant_method: 'fp8', weight_block_size: [128] },
  ],
  [
    'weight_block_size is not a number of rows and one of columns',
    { quant_method: 'fp8', weight_block_size: [0, 128] },
  ],
  ['config_groups is missing', { quant_method: 'compressed-tensors' }],
  ['config_groups.a is not an object', { quant_method: 'compressed-tensors', config_groups: { a: 1 } }],
  ['quantization.quantized_layers is missing', { quantization: { quant_algo: 'MIXED_PRECISION' } }],
  ['ignore is not a list of strings', { quant_method: 'modelopt', quant_algo: 'FP8', ignore: { a: 1 } }],
  ['modules_to_not_convert is not a list of strings', { quant_method: 'awq', modules_to_not_convert: [1] }],
])('says that %s', (problem, configuration) => {
  const attempt = () => quantizedLayout(configuration, 'config.json');
  expect(attempt).toThrow(InvalidFileError);
  expect(attempt).toThrow(`config.json: ${problem}`);
});

it('passes over zero points of layers that have none', async () => {
  for (const name of ['ct float tensor', 'ct int8', 'ct packed 4 group']) {
    const tensors = tensorsOf(caseOf(name), module);
    const zeros = { dataType: 'F8_E4M3', shape: [1], bytes: new Uint8Array(1) } as const;
    const stored = storedTensors({ ...tensors, [`${module}.weight_zero_point`]: zeros });
    const linear = await quantizedLayout(caseOf(name).configuration, 'config.json')!.open(module, stored);
    expect(linear!.used).toContain(`${module}.weight_zero_point`);
    expect(linear!.info.zeroPoints).toBeUndefined();
  }
});

it.each([
  ['gptq 4 ordered', 'g_idx', { desc_act: true }],
  ['awq gemm 64', 'qzeros', { zero_point: true }],
] as const)('needs all that the configuration of %s speaks of: %s', async (name, key, setting) => {
  const { configuration } = caseOf(name);
  const tensors = tensorsOf(caseOf(name), module);
  delete (tensors as Record<string, unknown>)[`${module}.${key}`];
  const layout = quantizedLayout({ ...(configuration as object), ...setting }, 'config.json')!;
  await expect(layout.open(module, storedTensors(tensors))).rejects.toThrow(`${module}.${key} is missing`);
});

it('names the model in errors about tensors', async () => {
  const layout = quantizedLayout({ quant_method: 'gptq', bits: 4 }, 'model: quantize_config.json', 'model')!;
  const tensor = { dataType: 'F32', shape: [1, 1], bytes: new Uint8Array(4) } as const;
  await expect(layout.open(module, storedTensors({ [`${module}.qweight`]: tensor }))).rejects.toThrow(
    `model: tensor ${module}.qweight has the type F32; gptq 4-bit, group 128 stores I32`,
  );
});

it('reads zero points of compressed-tensors that are not packed, as older versions store them', async () => {
  const name = 'ct packed 4 group zero points';
  const tensors = tensorsOf(caseOf(name), module);
  const layout = quantizedLayout(caseOf(name).configuration, 'config.json')!;
  const bytes = await (await layout.open(module, storedTensors(tensors)))!.read();
  const points = Int8Array.from(bytes.subarray(bytes.length - 128), (point) => point - 8);
  expect(new Set(points).size).toBeGreaterThan(5);
  const zeros = { dataType: 'I8', shape: [32, 4], bytes: new Uint8Array(points.buffer) } as const;
  const unpacked = { ...tensors, [`${module}.weight_zero_point`]: zeros };
  expect(await (await layout.open(module, storedTensors(unpacked)))!.read()).toEqual(bytes);
  points[9] = 8;
  await expect((await layout.open(module, storedTensors(unpacked)))!.read()).rejects.toThrow(
    'weight_zero_point has zero points that 4 bits do not hold',
  );
});
