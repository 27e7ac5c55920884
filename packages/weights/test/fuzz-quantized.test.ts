import { createRandom } from '@llamella/conformance';
import { LlamellaError } from '@llamella/spec';
import { expect, it } from 'vitest';
import { quantizedLayout } from '../src/quantized/quantized-layout.ts';
import type { StoredDataType } from '../src/safetensors/stored-tensor.ts';
import { caseOf, cases, tensorsOf } from './quantized-golden.ts';
import { decodeCanonical, type StoredData, storedTensors } from './stored-layer.ts';

const module = 'model.layers.0.self_attn.q_proj';
const random = createRandom(77);
const bits: Readonly<Partial<Record<StoredDataType, number>>> = {
  ...{
    F32: 32,
    F16: 16,
    BF16: 16,
    F8_E4M3: 8,
    F8_E5M2: 8,
    F8_E8M0: 8,
    I8: 8,
    U8: 8,
    I32: 32,
    I64: 64,
    F64: 64,
  },
};
const types = Object.keys(bits) as StoredDataType[];
const extents = [0, 1, 2, 3, 8, 16, 31, 32, 33, 64, 128, 129, 256];

/** Bytes as long as type and shape say, which is what the reader of the container checks. */
function resized({ dataType, shape, bytes }: StoredData): StoredData {
  const length = shape.reduce((product, extent) => product * extent, bits[dataType]! / 8);
  const resized = new Uint8Array(length);
  for (let at = 0; at < length; at += Math.max(1, bytes.length))
    resized.set(bytes.subarray(0, length - at), at);
  return { dataType, shape, bytes: resized };
}

function damaged(tensors: Record<string, StoredData>): Record<string, StoredData> {
  const names = Object.keys(tensors);
  const name = names[random.integer(names.length)]!;
  const { [name]: tensor, ...others } = tensors;
  const { dataType, shape, bytes } = tensor!;
  const changed = [...shape];
  switch (random.integer(6)) {
    case 0:
      return others;
    case 1:
      return { ...others, [name]: resized({ dataType: types[random.integer(types.length)]!, shape, bytes }) };
    case 2:
      changed[random.integer(Math.max(1, shape.length))] = extents[random.integer(extents.length)]!;
      return { ...others, [name]: resized({ dataType, shape: changed, bytes }) };
    case 3:
      if (random.integer(2) === 0) changed.push(1);
      else changed.pop();
      return { ...others, [name]: resized({ dataType, shape: changed, bytes }) };
    case 4:
      return { ...others, [name]: resized({ dataType, shape: changed.reverse(), bytes }) };
    default: {
      const copy = bytes.slice();
      for (let count = 1 + random.integer(8); count > 0 && copy.length > 0; count--) {
        copy[random.integer(copy.length)] = [0, 127, 128, 255, random.integer(256)][random.integer(5)]!;
      }
      return { ...others, [name]: { dataType, shape, bytes: copy } };
    }
  }
}

async function outcome(
  configuration: unknown,
  tensors: Record<string, StoredData>,
  named = true,
): Promise<string> {
  try {
    const layout = quantizedLayout(configuration, 'config.json')!;
    const linear = await layout.open(module, storedTensors(tensors));
    if (linear === undefined) return 'plain';
    const bytes = await linear.read();
    expect(bytes.byteLength).toBe(linear.info.byteLength);
    const [outputs, inputs] = linear.info.shape as [number, number];
    const stored = Object.values(tensors).reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(bytes.byteLength).toBeLessThanOrEqual(9 * stored + 64);
    expect(decodeCanonical(linear.info, bytes)).toHaveLength(outputs * inputs);
    if (linear.info.inputOrder !== undefined) {
      expect(new Set(linear.info.inputOrder).size).toBe(inputs);
    }
    await linear.readPreQuantScale?.();
    return 'valid';
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^config\.json: /);
    if (named && error.code === 'invalid-file') expect(error.message).toContain(module);
    return error.code;
  }
}

it('gives an error or a layer of the stated size for damaged tensors', async () => {
  const outcomes = new Map<string, number>();
  for (const entry of cases) {
    const tensors = tensorsOf(entry, module);
    for (let round = 0; round < 60; round++) {
      let broken = damaged(tensors);
      if (random.integer(3) === 0 && Object.keys(broken).length > 0) broken = damaged(broken);
      const code = await outcome(entry.configuration, broken);
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }
  }
  expect(outcomes.get('invalid-file')).toBeGreaterThan(1000);
  expect(outcomes.get('valid')).toBeGreaterThan(300);
  expect([...outcomes.keys()].sort()).toEqual(['invalid-file', 'plain', 'valid']);
}, 20_000);

it('gives an error or a layer for tensors of another layout', async () => {
  for (const { configuration } of cases) {
    for (const entry of cases) {
      const code = await outcome(configuration, tensorsOf(entry, module));
      expect(['invalid-file', 'plain', 'valid', 'unsupported']).toContain(code);
    }
  }
}, 20_000);

/** A case with the first tensor of a suffix replaced. */
async function problem(
  name: string,
  suffix: string,
  change: (tensor: StoredData) => StoredData,
): Promise<string> {
  const { configuration } = caseOf(name);
  const tensors = tensorsOf(caseOf(name), module);
  const key = `${module}.${suffix}`;
  const layout = quantizedLayout(configuration, 'config.json')!;
  try {
    const linear = await layout.open(module, storedTensors({ ...tensors, [key]: change(tensors[key]!) }));
    await linear!.read();
    return 'none';
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    expect(error.code).toBe('invalid-file');
    return error.message.replace(`config.json: tensor ${module}.`, '');
  }
}

const words = (values: readonly number[]) => new Uint8Array(Int32Array.from(values).buffer);

it('says what is wrong with a tensor', async () => {
  const nan = (tensor: StoredData) => ({ ...tensor, bytes: tensor.bytes.map(() => 0xff) });
  expect(await problem('modelopt fp8', 'weight_scale', nan)).toBe('weight_scale has NaN as scale 0');
  expect(await problem('awq gemm 64', 'scales', nan)).toBe('scales has NaN as scale 0');
  expect(await problem('ct mxfp4', 'weight_scale', nan)).toBe('weight_scale has NaN as scale 0');
  const zero = (tensor: StoredData) => ({ ...tensor, bytes: tensor.bytes.map(() => 0) });
  expect(await problem('ct nvfp4', 'weight_global_scale', zero)).toBe('weight_global_scale is 0');
  const groups = (values: (input: number) => number) => (tensor: StoredData) => ({
    ...tensor,
    bytes: words(Array.from({ length: 128 }, (_, input) => values(input))),
  });
  const order = (values: (input: number) => number) => problem('gptq 4 ordered', 'g_idx', groups(values));
  expect(await order((input) => Math.floor(input / 32))).toBe('none');
  expect(await order((input) => (input * 7) % 4)).toBe('none');
  expect(await order((input) => (input === 5 ? 4 : 0))).toBe('g_idx has 4 at 5, and there are 4 groups');
  expect(await order((input) => (input === 9 ? -2 : 0))).toBe('g_idx has -2 at 9, and there are 4 groups');
  expect(await order((input) => (input < 40 ? 0 : Math.floor(input / 32)))).toBe(
    'g_idx puts 40 inputs into group 0 and 24 into group 1; only groups of one size can be read',
  );
  expect(await problem('gptq 4 v1 sym', 'qzeros', zero)).toMatch(/^qzeros has zero points other than 8/);
  const shape =
    (...shape: number[]) =>
    (tensor: StoredData) =>
      resized({ ...tensor, shape });
  expect(await problem('modelopt nvfp4', 'weight_scale', shape(32, 4))).toBe(
    'weight_scale has the shape [32,4], which does not fit weights of [32,128] in groups of 16',
  );
  expect(await problem('fp8 blocks', 'weight_scale_inv', shape(3, 2))).toBe(
    'weight_scale_inv has the shape [3,2], which does not fit weights of [32,128] in blocks of [24,48]',
  );
  expect(await problem('gptq 4 v2', 'scales', shape(2, 32))).toMatch(/^scales has 2 groups; 128 inputs/);
  expect(await problem('awq gemm 64', 'qzeros', shape(2, 2))).toBe('qzeros has the shape [2,2], not [2,4]');
  const typed = (dataType: StoredDataType) => (tensor: StoredData) => resized({ ...tensor, dataType });
  expect(await problem('ct int8', 'weight', typed('U8'))).toBe(
    'weight has the type U8; compressed-tensors int-quantized stores I8',
  );
  expect(
    await problem('ct packed 4 group', 'weight_shape', (tensor) => ({
      ...tensor,
      bytes: new Uint8Array(BigInt64Array.of(32n, 1n << 60n).buffer),
    })),
  ).toMatch(/^weight_shape says \[32, \d+\], which does not fit/);
});

it('names a tensor that is missing', async () => {
  const { [`${module}.scales`]: _, ...tensors } = tensorsOf(caseOf('gptq 4 v2'), module);
  const layout = quantizedLayout(caseOf('gptq 4 v2').configuration, 'config.json')!;
  await expect(layout.open(module, storedTensors(tensors))).rejects.toThrow(
    `config.json: tensor ${module}.scales is missing, which gptq 4-bit, group 32 needs`,
  );
});

it('reads nothing but what the description needs before the weights are asked for', async () => {
  const needed: Record<string, string[]> = {
    'gptq 4 ordered': ['g_idx'],
    'ct packed 4 group': ['weight_shape'],
    'ct packed 4 ordered': ['weight_shape', 'weight_g_idx'],
  };
  for (const entry of cases) {
    const reads: string[] = [];
    const layout = quantizedLayout(entry.configuration, 'config.json')!;
    await layout.open(module, storedTensors(tensorsOf(entry, module), reads));
    const small = reads.map((name) => name.slice(module.length + 1));
    for (const name of small) expect(['g_idx', 'weight_shape', 'weight_g_idx']).toContain(name);
    expect(small).toEqual(needed[entry.name] ?? small);
  }
});

const values: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    0,
    1,
    3,
    4.5,
    16,
    2 ** 24,
    2 ** 53,
    1e308,
    '',
    'float',
    'group',
    'block',
    'e5m2',
    '2x3',
  ],
  ...[[], [128, 128], ['re:('], ['re:.*'], ['Linear'], [null], {}, { weights: {} }, { group_0: null }],
];

/** A copy with one of its values, at any depth, replaced or left out. */
function altered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.integer(4) === 0)
    return values[random.integer(values.length)];
  const entries = Object.entries(value);
  if (entries.length === 0) return values[random.integer(values.length)];
  const place = random.integer(entries.length);
  const copy = entries.flatMap(([key, inner], index) => {
    if (index !== place) return [[key, inner] as const];
    return random.integer(6) === 0 ? [] : [[key, altered(inner)] as const];
  });
  return Array.isArray(value) ? copy.map(([, inner]) => inner) : Object.fromEntries(copy);
}

it('gives an error or a layer for altered configurations', async () => {
  const outcomes = new Map<string, number>();
  for (const entry of cases) {
    const tensors = tensorsOf(entry, module);
    for (let round = 0; round < 60; round++) {
      const configuration = altered(entry.configuration) ?? {};
      const code = await outcome(configuration, tensors, false);
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }
  }
  expect([...outcomes.keys()].sort()).toEqual(['invalid-file', 'unsupported', 'valid']);
  expect(Math.min(...outcomes.values())).toBeGreaterThan(5);
}, 20_000);
