import { createRandom } from '@llamella/conformance';
import { InvalidArgumentError } from '@llamella/spec';
import { type LayerStorage, quantizeLayer } from '@llamella/weights';
import { expect, it } from 'vitest';
import { quantizedLayout } from '../src/quantized/quantized-layout.ts';
import { fromBase64 } from './golden-files.ts';
import { caseOf, cases, shape, sources } from './quantized-golden.ts';
import { decodeCanonical, storedTensors } from './stored-layer.ts';

const packed = { layout: 'compressed-packed', group: 32, symmetric: true } as const;
const gptq = { layout: 'gptq', group: 32, symmetric: true } as const;

const storages: Readonly<Record<string, LayerStorage>> = {
  'modelopt fp8': { layout: 'modelopt-fp8' },
  'modelopt fp8 rows': { layout: 'modelopt-fp8-rows' },
  'modelopt fp8 blocks': { layout: 'modelopt-fp8-blocks', block: [16, 16] },
  'modelopt int8': { layout: 'modelopt-int8' },
  'modelopt int4': { layout: 'modelopt-int4', group: 64 },
  'modelopt int4 inline': { layout: 'modelopt-int4', group: 32 },
  'modelopt nvfp4': { layout: 'modelopt-nvfp4' },
  'fp8 blocks': { layout: 'fp8-blocks', block: [24, 48] },
  fp8: { layout: 'modelopt-fp8' },
  fbgemm_fp8: { layout: 'fbgemm-fp8' },
  'ct float tensor': { layout: 'compressed-fp8', strategy: 'tensor' },
  'ct float channel': { layout: 'compressed-fp8', strategy: 'channel', scaleType: 'BF16' },
  'ct float block': { layout: 'compressed-fp8', strategy: [24, 48] },
  'ct int8': { layout: 'compressed-int8', symmetric: true },
  'ct int8 zero points': { layout: 'compressed-int8', symmetric: false },
  'ct packed 4 group': { ...packed, bits: 4 },
  'ct packed 4 group zero points': { ...packed, bits: 4, symmetric: false },
  'ct packed 4 channel': { ...packed, bits: 4, group: -1 },
  'ct packed 4 channel zero points': { ...packed, bits: 4, group: -1, symmetric: false },
  'ct packed 8 channel': { ...packed, bits: 8, group: -1 },
  'ct packed 8 group zero points': { ...packed, bits: 8, group: 64, symmetric: false },
  'ct nvfp4': { layout: 'compressed-nvfp4' },
  'ct mxfp4': { layout: 'compressed-mxfp4' },
  'awq gemm 64': { layout: 'awq', version: 'gemm', group: 64 },
  'awq gemm -1': { layout: 'awq', version: 'gemm', group: -1 },
  'awq gemv 64': { layout: 'awq', version: 'gemv', group: 64 },
  'awq gemv 32': { layout: 'awq', version: 'gemv', group: 32 },
  'gptq 2 v1 sym': { ...gptq, bits: 2, version: 1 },
  'gptq 2 v2': { ...gptq, bits: 2, version: 2, symmetric: false },
  'gptq 3 v1 sym': { ...gptq, bits: 3, version: 1 },
  'gptq 3 v2': { ...gptq, bits: 3, version: 2, symmetric: false },
  'gptq 4 v1 sym': { ...gptq, bits: 4, version: 1 },
  'gptq 4 v1': { ...gptq, bits: 4, version: 1, symmetric: false },
  'gptq 4 v2 sym': { ...gptq, bits: 4, version: 2 },
  'gptq 4 v2': { ...gptq, bits: 4, version: 2, symmetric: false },
  'gptq 8 v1 sym': { ...gptq, bits: 8, version: 1 },
  'gptq 8 v2': { ...gptq, bits: 8, version: 2, symmetric: false },
  'gptq 4 one group': { ...gptq, bits: 4, version: 2, group: -1, symmetric: false },
};
/** What a calibration finds out, and is no part of the weights. */
const measured = ['input_scale', 'input_scale_ub', 'pre_quant_scale'];

it.each(Object.entries(storages))('stores %s bit for bit as the tool does', (name, storage) => {
  const { tensors, source } = caseOf(name);
  const made = quantizeLayer(sources[source!], shape, storage);
  const expected = Object.entries(tensors).filter(([suffix]) => !measured.includes(suffix));
  expect(Object.keys(made).sort()).toEqual(expected.map(([suffix]) => suffix).sort());
  for (const [suffix, [dataType, extents, data]] of expected) {
    const found = made[suffix]!;
    expect([suffix, found.dataType, found.shape]).toEqual([suffix, dataType, extents]);
    expect(Buffer.compare(found.bytes, fromBase64(data)), suffix).toBe(0);
  }
});

it('covers every layout of which the weights are known', () => {
  const others = cases.filter(({ name, source }) => source !== undefined && !(name in storages));
  expect(others.map(({ name }) => name)).toEqual([
    ...['modelopt fp8 flat', 'modelopt fp8 inline', 'modelopt int4 fp8', 'modelopt nvfp4 weights'],
    ...['ct naive float', 'ct packed 2 group', 'awq old keys'],
  ]);
});

it('keeps zeros, and says what is wrong with weights and shapes', () => {
  const zeros = new Float32Array(32 * 64);
  for (const storage of Object.values(storages)) {
    const group = 'group' in storage && storage.group > 32 ? 64 : 32;
    const made = quantizeLayer(zeros, [32, 64], 'group' in storage ? { ...storage, group } : storage);
    for (const { dataType, shape, bytes } of Object.values(made)) {
      const width = { F32: 4, F16: 2, BF16: 2, I32: 4, I64: 8 }[dataType as string] ?? 1;
      expect(bytes.byteLength).toBe(shape.reduce((product, extent) => product * extent, width));
    }
  }
  const fails = (values: Float32Array, extents: [number, number], storage: LayerStorage, message: string) => {
    const attempt = () => quantizeLayer(values, extents, storage);
    expect(attempt).toThrow(InvalidArgumentError);
    expect(attempt).toThrow(message);
  };
  fails(zeros, [32, 63], { layout: 'modelopt-fp8' }, 'shape: [32,63] is not that of 2048 values');
  fails(
    zeros,
    [32, 64],
    { layout: 'modelopt-int4', group: 48 },
    'shape: 64 inputs are not whole groups of 48',
  );
  fails(zeros, [32, 64], { layout: 'fp8-blocks', block: [0, 1] }, 'block: [0,1] is not a number of rows');
  fails(zeros, [64, 32], { layout: 'awq', version: 'gemm', group: 0 }, 'whole groups of 0');
  fails(new Float32Array(16), [16, 1], { layout: 'compressed-mxfp4' }, 'shape: 1 inputs are not');
  fails(new Float32Array(31 * 64), [31, 64], { layout: 'modelopt-int4', group: 64 }, 'multiples of [2,8]');
  zeros[5] = Number.NaN;
  fails(zeros, [32, 64], { layout: 'modelopt-fp8' }, 'values: value 5 is NaN');
});

it.each([
  [
    'compressed-tensors',
    'pack-quantized',
    { layout: 'compressed-packed', bits: 4, group: -1, symmetric: true },
    0.08,
  ],
  [
    'compressed-tensors',
    'pack-quantized',
    { layout: 'compressed-packed', bits: 4, group: -1, symmetric: false },
    0.08,
  ],
  [
    'compressed-tensors',
    'pack-quantized',
    { layout: 'compressed-packed', bits: 8, group: -1, symmetric: false },
    0.005,
  ],
  ['compressed-tensors', 'float-quantized', { layout: 'compressed-fp8', strategy: [5, 7] }, 0.04],
  ['compressed-tensors', 'int-quantized', { layout: 'compressed-int8', symmetric: false }, 0.005],
  ['fp8', '', { layout: 'fp8-blocks', block: [5, 7] }, 0.04],
  ['fbgemm_fp8', '', { layout: 'fbgemm-fp8' }, 0.04],
] as const)('brings back weights of odd shapes: %s %s %o', async (quant_method, format, storage, bound) => {
  const random = createRandom(5);
  for (const [outputs, inputs] of [
    [1, 1],
    [3, 37],
    [7, 1],
    [1, 9],
    [13, 40],
    [33, 33],
    [9, 70],
  ] as const) {
    const weights = Float32Array.from({ length: outputs * inputs }, () => random.integer(2001) / 1000 - 1);
    const layer = quantizeLayer(weights, [outputs, inputs], storage);
    const stored = storedTensors(
      Object.fromEntries(Object.entries(layer).map(([suffix, part]) => [`m.${suffix}`, part])),
    );
    const bits = 'bits' in storage ? storage.bits : 8;
    const block =
      'strategy' in storage
        ? { strategy: 'block', block_structure: storage.strategy }
        : { strategy: 'channel' };
    const scheme = {
      ...{ num_bits: bits, type: format === 'float-quantized' ? 'float' : 'int', ...block },
      symmetric: !('symmetric' in storage) || storage.symmetric,
    };
    const configuration = {
      ...{ quant_method, format, config_groups: { group_0: { targets: ['Linear'], weights: scheme } } },
      ...('block' in storage && { weight_block_size: storage.block }),
    };
    const linear = (await quantizedLayout(configuration, 'config.json')!.open('m', stored))!;
    expect(linear.info.shape).toEqual([outputs, inputs]);
    const bytes = await linear.read();
    expect(bytes).toHaveLength(linear.info.byteLength);
    const decoded = decodeCanonical(linear.info, bytes);
    for (const [index, weight] of weights.entries())
      expect(Math.abs(decoded[index]! - weight)).toBeLessThanOrEqual(bound);
  }
});
