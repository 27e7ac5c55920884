import { createRandom } from '@llamella/conformance';
import type { PackRecipe, TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor, packInitializer, type TensorLayout } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { type MemoryTensor, memoryCheckpoint } from './memory-checkpoint.ts';
import { packAndUnpack } from './unpack.ts';

const random = createRandom(17);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

function matrix(
  name: string,
  type: TensorType,
  shape: readonly [number, number],
  layout: TensorLayout,
): MemoryTensor {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, normal);
  return { name, type, shape, bytes: encodeTensor(type, values, shape, layout), ...layout };
}

function decoded({ type, bytes, shape, ...layout }: MemoryTensor): Float32Array {
  return decodeTensor(type, bytes, shape, layout);
}

const forms = {
  U4: { bits: 4, grid: 'native' },
  U8: { bits: 8, grid: 'native' },
  F4_E2M1: { bits: 8, grid: 'native' },
  F8_E4M3: { bits: 8, grid: 'integers' },
  F8_E5M2: { bits: 8, grid: 'integers' },
} as const;
const types = Object.keys(forms) as (keyof typeof forms)[];

/** A layout for 192 inputs, and the longest block that it can be cut into. */
const layouts: readonly [string, TensorLayout, number][] = [
  ['without scales', {}, 64],
  ['a scale for the tensor', { scaleBlock: [5, 192] }, 64],
  ['a scale per output', { scaleBlock: [1, 192] }, 64],
  ['groups of 16', { scaleBlock: [1, 16] }, 16],
  ['groups of 96', { scaleBlock: [1, 96] }, 32],
  ['groups of 128, the last cut short', { scaleBlock: [1, 128] }, 64],
  ['squares of 128', { scaleBlock: [128, 128] }, 64],
  ['blocks of 2 outputs and 48 inputs', { scaleBlock: [2, 48] }, 16],
];

describe.each(types)('%s', (type) => {
  const form = forms[type];
  const bound = type === 'F8_E4M3' ? 1 / 16 : type === 'F8_E5M2' ? 1 / 32 : 0;

  it.each(layouts)('is packed with %s', async (_, layout, longest) => {
    for (const zeroPoints of type.startsWith('U') && layout.scaleBlock ? [false, true] : [false]) {
      const tensors = [5, 2].map((outputs, at) =>
        matrix(`t${at}`, type, [outputs, 192], { ...layout, zeroPoints }),
      );
      const exact = tensors.flatMap((tensor) => [...decoded(tensor)]);
      for (const blockSize of [16, 32, 64, 128, 256].filter((size) => size <= longest)) {
        const options = { tensors: ['t0', 't1'], blockSize, ...form };
        const values = await packAndUnpack(memoryCheckpoint(tensors), options, 7, 192, blockSize, false);
        if (bound === 0)
          expect([...values].map((value) => Math.fround(value) + 0)).toEqual(exact.map((value) => value + 0));
        else {
          const square = (numbers: Iterable<number>) =>
            [...numbers].reduce((sum, value) => sum + value * value, 0);
          const difference = square(values.map((value, at) => value - exact[at]!));
          expect(Math.sqrt(difference / square(exact))).toBeLessThan(type === 'F8_E4M3' ? 0.005 : 0.01);
        }
      }
    }
  });

  it.each(['decode', 'quantized'] as const)('refuses bytes of the wrong length: %s', async (kind) => {
    const tensor = matrix('t', type, [4, 32], { scaleBlock: [1, 32] });
    const short = { ...tensor, bytes: tensor.bytes.subarray(1) };
    const recipe = { kind, tensors: ['t'], blockSize: 32, ...form } as const;
    await expect(packInitializer(recipe, memoryCheckpoint([short]), new Uint8Array(1))).rejects.toThrow(
      `t: ${type} [4,32] is not ${short.bytes.byteLength} bytes long`,
    );
  });

  it('is decoded into the order of the inputs, transposed or not', async () => {
    const inputOrder = Uint32Array.from({ length: 64 }, (_, at) => (at * 5 + 3) % 64);
    const tensor = matrix('t', type, [70, 64], { scaleBlock: [1, 32], inputOrder });
    const values = decoded(tensor);
    for (const transpose of [false, true]) {
      const target = new Float32Array(70 * 64);
      const recipe = { kind: 'decode', tensors: ['t'], transpose } as const;
      await packInitializer(recipe, memoryCheckpoint([tensor]), new Uint8Array(target.buffer));
      const place = (at: number) => (transpose ? (at % 64) * 70 + Math.floor(at / 64) : at);
      expect(values.map((_, at) => target[place(at)]!)).toEqual(values);
    }
  });

  it('refuses scales that are not finite', async () => {
    const tensor = matrix('t', type, [4, 32], { scaleBlock: [1, 32] });
    new DataView(tensor.bytes.buffer, tensor.bytes.byteLength - 8).setFloat32(0, Number.NaN, true);
    const recipe = { kind: 'scales', tensors: ['t'], blockSize: 32, ...form } as const;
    await expect(packInitializer(recipe, memoryCheckpoint([tensor]), new Uint8Array(16))).rejects.toThrow(
      'tensor t: scale 2 is NaN; the file is damaged',
    );
  });

  const refused: readonly [Partial<PackRecipe>, string][] = [
    [{ blockSize: 24 }, 'recipe.blockSize: is 24'],
    [{ blockSize: 64 }, 'packing rows of 96 with a scale for every 48 in blocks of 64'],
    [{ blockSize: 32 }, 'packing rows of 96 with a scale for every 48 in blocks of 32'],
    [{ bits: form.bits === 8 ? 4 : 8 }, `use ${form.bits} bits on the grid ${form.grid}`],
    [{ grid: 'fine' }, `use ${form.bits} bits on the grid ${form.grid}`],
    [{ kind: 'block-minimums' }, 'as block-minimums'],
    [{ transpose: true }, 'transposed'],
    [{ tensors: ['t', 'other'] }, 'other has no scales of its own'],
  ];
  it.each(refused)('refuses %j', async (change, message) => {
    const tensor = matrix('t', type, [4, 96], { scaleBlock: [1, 48] });
    const other: MemoryTensor = { name: 'other', type: 'F32', shape: [1, 96], bytes: new Uint8Array(384) };
    const recipe: PackRecipe = { kind: 'quantized', tensors: ['t'], blockSize: 16, ...form, ...change };
    await expect(
      packInitializer(recipe, memoryCheckpoint([tensor, other]), new Uint8Array(1)),
    ).rejects.toThrow(message);
  });
});

it('does not take what has no default block size without one', async () => {
  const tensor = matrix('t', 'U4', [4, 96], { scaleBlock: [1, 96] });
  const recipe = { kind: 'quantized', tensors: ['t'], bits: 4 } as const;
  await expect(packInitializer(recipe, memoryCheckpoint([tensor]), new Uint8Array(1))).rejects.toThrow(
    'recipe.blockSize: is undefined',
  );
});

it('refuses zero points that 4 bits cannot hold', async () => {
  const tensor = matrix('t', 'U4', [2, 32], { scaleBlock: [1, 32], zeroPoints: true });
  tensor.bytes[tensor.bytes.length - 1] = 16;
  const recipe = { kind: 'zero-points', tensors: ['t'], bits: 4, blockSize: 32 } as const;
  await expect(packInitializer(recipe, memoryCheckpoint([tensor]), new Uint8Array(2))).rejects.toThrow(
    'tensor t: zero point 1 is 16, above 15; the file is damaged',
  );
});

describe('floats of 8 bits as integers', () => {
  const recipe = { tensors: ['t'], bits: 8, grid: 'integers', blockSize: 32 } as const;
  const pack = (tensor: MemoryTensor) =>
    packInitializer(
      { kind: 'quantized', ...recipe },
      memoryCheckpoint([tensor]),
      new Uint8Array(tensor.shape[0]! * 32),
    );
  const codes = (type: TensorType, rows: readonly (readonly number[])[]): MemoryTensor => {
    const bytes = new Uint8Array(rows.length * 32);
    for (const [row, each] of rows.entries()) bytes.set(each, 32 * row);
    return { name: 't', type, shape: [rows.length, 32], bytes };
  };

  const exact: readonly [string, TensorType, readonly number[]][] = [
    ['four neighbouring exponents', 'F8_E4M3', [0x38, 0x39, 0xbf, 0x37, 0x2f, 0x21, 0xa7, 0x00, 0x80]],
    ['powers of two and smaller values, positive', 'F8_E4M3', [0x38, 0xb7, 0x2f, 0x21, 0x19, 0x1f, 0x9f]],
    ['powers of two and smaller values, negative', 'F8_E4M3', [0xb8, 0x37, 0x2f, 0x21, 0x19, 0x1f, 0x9f]],
    ['subnormal numbers', 'F8_E4M3', [0x01, 0x82, 0x07, 0x08, 0x0f, 0x8e]],
    ['the largest numbers', 'F8_E4M3', [0x7e, 0xfe, 0x79, 0x61]],
    ['zeros', 'F8_E4M3', [0x00, 0x80]],
    ['five neighbouring exponents', 'F8_E5M2', [0x3f, 0xbd, 0x39, 0x35, 0x31, 0x2d]],
    ['the largest numbers', 'F8_E5M2', [0x7b, 0xfb, 0x79]],
    ['subnormal numbers', 'F8_E5M2', [0x01, 0x82, 0x03, 0x07]],
  ];
  it.each(exact)('keep %s of %s', async (_, type, row) => {
    const tensor = codes(type, [row]);
    const [error] = await pack(tensor);
    expect(error).toEqual({ tensor: 't', largest: 0 });
    const values = await packAndUnpack(memoryCheckpoint([tensor]), recipe, 1, 32, 32, false);
    expect([...values].map((value) => value + 0)).toEqual([...decoded(tensor)].map((value) => value + 0));
  });

  it.each([
    ['F8_E4M3', 1 / 16],
    ['F8_E5M2', 1 / 32],
  ] as const)('of %s measure their error, which its bound holds for', async (type, bound) => {
    const limit = type === 'F8_E4M3' ? 127 : 124;
    const arbitrary = Array.from({ length: 400 }, () =>
      Array.from(
        { length: 32 },
        () => Math.floor(limit * random.next()) + 128 * Math.floor(2 * random.next()),
      ),
    );
    const tensor = codes(type, arbitrary);
    const [error] = await pack(tensor);
    const values = await packAndUnpack(memoryCheckpoint([tensor]), recipe, 400, 32, 32, false);
    const stored = decoded(tensor);
    let expected = 0;
    for (let row = 0; row < 400; row++) {
      const magnitudes = stored.subarray(32 * row, 32 * row + 32).map(Math.abs);
      const largest = Math.max(...magnitudes);
      // From the largest magnitude to the next float above it.
      const mantissa = type === 'F8_E4M3' ? 3 : 2;
      const exponent = Math.max(Math.floor(Math.log2(largest)), type === 'F8_E4M3' ? -6 : -14);
      const farthest = Math.max(
        ...magnitudes.map((_, at) => Math.abs(values[32 * row + at]! - stored[32 * row + at]!)),
      );
      expected = Math.max(expected, farthest / 2 ** (exponent - mantissa));
    }
    expect(error!.largest).toBeGreaterThan(bound / 4);
    expect(error!.largest).toBeLessThanOrEqual(bound);
    expect(error!.largest).toBeCloseTo(expected, 6);
  });

  it.each([
    ['F8_E4M3', 0x7f],
    ['F8_E4M3', 0xff],
    ['F8_E5M2', 0x7c],
    ['F8_E5M2', 0xfe],
  ] as const)('refuse %s with the code %i', async (type, code) => {
    await expect(pack(codes(type, [[0x30], [code]]))).rejects.toThrow(
      'tensor t: row 1 has a weight that is not finite; the file is damaged',
    );
  });
});

it('stacks vectors of different lengths, such as biases', async () => {
  const vector = (name: string, type: 'F32' | 'BF16', values: readonly number[]): MemoryTensor => ({
    ...{
      name,
      type,
      shape: [values.length],
      bytes: encodeTensor(type, Float32Array.from(values), [values.length]),
    },
  });
  const checkpoint = memoryCheckpoint([vector('a', 'F32', [1, 2, 3]), vector('b', 'BF16', [4, 5])]);
  const target = new Float32Array(5);
  await packInitializer({ kind: 'decode', tensors: ['a', 'b'] }, checkpoint, new Uint8Array(target.buffer));
  expect([...target]).toEqual([1, 2, 3, 4, 5]);
});
