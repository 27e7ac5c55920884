import { createRandom } from '@llamella/conformance';
import type { PackRecipe, TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor, packInitializer } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { generateBlocks } from './generated-blocks.ts';
import { type MemoryTensor, memoryCheckpoint, randomBlocks, setParameters } from './memory-checkpoint.ts';
import { packAndUnpack } from './unpack.ts';

const random = createRandom(11);
const inputs = 96;

function tensor(name: string, type: TensorType, outputs: number): MemoryTensor {
  return { name, type, shape: [outputs, inputs], bytes: randomBlocks(type, outputs * inputs, random.next) };
}

function exactValues(tensors: readonly MemoryTensor[]): number[] {
  return tensors.flatMap(({ type, bytes, shape }) => [...decodeTensor(type, bytes, shape)]);
}

describe.each([
  ['Q4_0', 4],
  ['Q4_1', 4],
  ['Q4_0', 8],
  ['Q4_1', 8],
  ['Q5_0', 8],
  ['Q5_1', 8],
  ['Q8_0', 8],
] as const)('%s in %i bits on its own grid', (type, bits) => {
  const tensors = [tensor('q', type, 5), tensor('k', type, 2), tensor('v', type, 3)];
  const names = ['q', 'k', 'v'];

  it('gives the same weights, stacked', async () => {
    const values = await packAndUnpack(
      memoryCheckpoint(tensors),
      { tensors: names, bits, grid: 'native' },
      10,
      inputs,
    );
    expect([...Float32Array.from(values)]).toEqual(exactValues(tensors));
  });
});

describe.each([
  ['Q2_K', 4, 16],
  ['Q2_K', 8, 16],
  ['Q3_K', 4, 16],
  ['Q3_K', 8, 16],
  ['Q4_K', 4, 32],
  ['Q4_K', 8, 32],
  ['Q5_K', 8, 32],
  ['Q6_K', 8, 16],
  ['IQ4_NL', 8, 32],
  ['IQ4_XS', 8, 32],
  ['TQ1_0', 4, 32],
  ['TQ2_0', 4, 32],
  ['MXFP4', 8, 32],
  ['IQ1_S', 8, 32],
  ['IQ1_M', 8, 16],
  ['IQ2_XXS', 8, 32],
  ['IQ2_XS', 8, 16],
  ['IQ2_S', 8, 16],
  ['IQ3_XXS', 8, 32],
  ['IQ3_S', 8, 32],
  ['NVFP4', 8, 16],
  ['Q1_0', 4, 32],
  ['Q2_0', 4, 32],
] as const)('%s in %i bits on its own grid', (type, bits, scaleLength) => {
  const tensors = [3, 2].map((outputs, index): MemoryTensor => {
    const bytes = generateBlocks(type, outputs * 2, index);
    return { name: `${index}`, type, shape: [outputs, 512], bytes };
  });

  it('gives the same weights, stacked', async () => {
    const options = { tensors: ['0', '1'], bits };
    const values = await packAndUnpack(memoryCheckpoint(tensors), options, 5, 512, scaleLength);
    // Adding zero makes -0 positive: a block minimum of zero does that too.
    const exact = exactValues(tensors).map((value) => value + 0);
    if (bits === 8 || !['Q2_K', 'Q4_K'].includes(type)) {
      expect([...Float32Array.from(values, (value) => value + 0)]).toEqual(exact);
      return;
    }
    // The block minimum has half of the code's range added, in float32.
    for (let start = 0; start < values.length; start += scaleLength) {
      const largest = Math.max(...exact.slice(start, start + scaleLength).map(Math.abs));
      for (let at = start; at < start + scaleLength; at++) {
        expect(Math.abs(values[at]! - exact[at]!)).toBeLessThanOrEqual(largest * 2 ** -20);
      }
    }
  });
});

it('writes block minimums row by row when transposed', async () => {
  const w = tensor('w', 'Q5_1', 4);
  const pack = async (transpose: boolean) => {
    const bytes = new Uint8Array(4 * 3 * 4);
    const recipe = { kind: 'block-minimums', tensors: ['w'], bits: 8, transpose } as const;
    await packInitializer(recipe, memoryCheckpoint([w]), bytes);
    return new Float32Array(bytes.buffer);
  };
  const columns = await pack(false);
  expect([...(await pack(true))]).toEqual(
    Array.from({ length: 12 }, (_, at) => columns[(at % 3) * 4 + Math.floor(at / 3)]),
  );
});

it('stacks tensors of different types', async () => {
  const tensors = [tensor('a', 'Q4_1', 3), tensor('b', 'Q4_0', 2)];
  for (const bits of [4, 8] as const) {
    const values = await packAndUnpack(memoryCheckpoint(tensors), { tensors: ['a', 'b'], bits }, 5, inputs);
    expect([...Float32Array.from(values)]).toEqual(exactValues(tensors));
  }
  const all = [...tensors, tensor('c', 'Q8_0', 1), tensor('d', 'Q5_1', 2)];
  const values = await packAndUnpack(
    memoryCheckpoint(all),
    { tensors: ['a', 'b', 'c', 'd'], bits: 8 },
    8,
    inputs,
  );
  expect([...Float32Array.from(values)]).toEqual(exactValues(all));
});

it('stores Q4_0 in the layout that MatMulNBits documents', async () => {
  // Elements 0 to 31 have the codes 0 to 15 twice: byte j holds element j low and element j + 16 high.
  const bytes = Uint8Array.from([0, 0x3c, ...Array.from({ length: 16 }, (_, index) => index * 0x11)]);
  const checkpoint = memoryCheckpoint([{ name: 'w', type: 'Q4_0', shape: [1, 32], bytes }]);
  const packed = new Uint8Array(16);
  await packInitializer({ kind: 'quantized', tensors: ['w'], bits: 4 }, checkpoint, packed);
  const pairs = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
  expect([...packed]).toEqual([...pairs, ...pairs]);
});

it('pads every row of 4-bit zero points to whole bytes', async () => {
  const checkpoint = memoryCheckpoint([tensor('a', 'Q4_0', 2), tensor('b', 'Q4_1', 1)]);
  const packed = new Uint8Array(6);
  await packInitializer({ kind: 'zero-points', tensors: ['a', 'b'], bits: 4 }, checkpoint, packed);
  expect([...packed]).toEqual([0x88, 0x08, 0x88, 0x08, 0x88, 0x08]);
});

describe('decoding', () => {
  const values = Float32Array.from({ length: 70 * inputs }, () => random.next() - 0.5);
  const types = ['F32', 'F16', 'BF16', 'Q4_1', 'Q8_0'] as const;
  const tensors = types.map((type, index): MemoryTensor => {
    // 70 rows are more than are transposed at once.
    const outputs = index === 1 ? 70 : 3;
    const bytes = encodeTensor(type, values.slice(0, outputs * inputs), [outputs, inputs]);
    return { name: type, type, shape: [outputs, inputs], bytes };
  });
  const outputs = 70 + 4 * 3;
  const expected = exactValues(tensors);

  it('puts tensors below each other', async () => {
    const packed = new Uint8Array(outputs * inputs * 4);
    await packInitializer({ kind: 'decode', tensors: types }, memoryCheckpoint(tensors), packed);
    expect([...new Float32Array(packed.buffer)]).toEqual(expected);
  });

  it('puts tensors side by side when transposed, at any address', async () => {
    const packed = new Uint8Array(outputs * inputs * 4 + 1).subarray(1);
    await packInitializer(
      { kind: 'decode', tensors: types, transpose: true },
      memoryCheckpoint(tensors),
      packed,
    );
    const result = new Float32Array(packed.slice().buffer);
    const back = Array.from(expected, (_, index) => {
      return result[(index % inputs) * outputs + Math.floor(index / inputs)]!;
    });
    expect(back).toEqual(expected);
  });

  it('takes vectors', async () => {
    const norm = {
      name: 'norm',
      type: 'F32',
      shape: [7],
      bytes: new Uint8Array(values.buffer, 0, 28),
    } as const;
    const packed = new Uint8Array(28);
    await packInitializer({ kind: 'decode', tensors: ['norm'] }, memoryCheckpoint([norm]), packed);
    expect([...new Float32Array(packed.buffer)]).toEqual([...values.subarray(0, 7)]);
  });
});

describe('what cannot be packed', () => {
  const checkpoint = memoryCheckpoint([
    tensor('q4', 'Q4_1', 2),
    tensor('q8', 'Q8_0', 2),
    { name: 'narrow', type: 'Q4_1', shape: [2, 32], bytes: new Uint8Array(40) },
    { name: 'half', type: 'F16', shape: [2, inputs], bytes: new Uint8Array(384) },
    { name: 'k', type: 'I32', shape: [1, 256], bytes: new Uint8Array(1024) },
    { name: 'q2k', type: 'Q2_K', shape: [1, 256], bytes: new Uint8Array(84) },
    { name: 'q4k', type: 'Q4_K', shape: [1, 256], bytes: new Uint8Array(144) },
  ]);
  const recipe = (changes: Partial<PackRecipe>): PackRecipe => ({
    kind: 'quantized',
    tensors: ['q4'],
    bits: 8,
    ...changes,
  });

  it.each<[PackRecipe, number, string, string]>([
    [recipe({ tensors: [] }), 0, 'invalid-argument', 'recipe.tensors: is empty'],
    [recipe({ tensors: ['gone'] }), 0, 'not-found', 'memory: no tensor gone'],
    [
      recipe({ tensors: ['q4', 'narrow'] }),
      0,
      'invalid-argument',
      'narrow has 32 inputs and cannot be stacked on q4',
    ],
    [recipe({ tensors: ['half'] }), 0, 'unsupported', 'tensor half: packing F16 as quantized'],
    [recipe({ kind: 'decode', tensors: ['k'] }), 0, 'unsupported', 'tensor k: decoding I32'],
    [recipe({ tensors: ['q8'], bits: 4 }), 0, 'unsupported', 'tensor q8: packing Q8_0 in 4 bits'],
    [recipe({ blockSize: 64 }), 0, 'unsupported', 'packing in blocks of 64'],
    [recipe({ transpose: true }), 0, 'invalid-argument', 'recipe.transpose: cannot be used with quantized'],
    [recipe({ grid: 'fine', bits: 4 }), 0, 'invalid-argument', 'recipe.bits: must be 8 on the fine grid'],
    [
      recipe({ grid: 'fine', kind: 'block-minimums' }),
      0,
      'invalid-argument',
      'recipe.grid: fine leaves no block',
    ],
    [{ kind: 'quantized', tensors: ['q4'] }, 0, 'invalid-argument', 'recipe.bits: is needed for quantized'],
    [
      recipe({ tensors: ['q2k'], blockSize: 32 }),
      0,
      'unsupported',
      'tensor q2k: packing Q2_K in blocks of 32',
    ],
    [
      recipe({ tensors: ['q4k', 'q2k'], bits: 4, grid: 'folded', blockSize: 16 }),
      0,
      'invalid-argument',
      'q2k has a scale for every 16 weights and cannot be stacked on q4k with 32',
    ],
    [recipe({}), 191, 'invalid-argument', 'destination: has 191 bytes; quantized of [2, 96] takes 192'],
  ])('%j', async (bad, length, code, message) => {
    const packed = packInitializer(bad, checkpoint, new Uint8Array(length));
    await expect(packed).rejects.toMatchObject({ code });
    await expect(packed).rejects.toThrow(message);
  });

  it('is a scale or a minimum that is not finite', async () => {
    for (const [scale, minimum, message] of [
      [0x7c00, 0, 'tensor w: block 2 has the scale Infinity; the file is damaged'],
      [0x3c00, 0x7e00, 'tensor w: block 2 has the minimum NaN'],
    ] as const) {
      const bytes = randomBlocks('Q4_1', inputs, random.next);
      setParameters(bytes, 2, scale, minimum);
      const damaged = memoryCheckpoint([{ name: 'w', type: 'Q4_1', shape: [1, inputs], bytes }]);
      const packed = packInitializer(
        { kind: 'scales', tensors: ['w'], grid: 'fine' },
        damaged,
        new Uint8Array(12),
      );
      await expect(packed).rejects.toMatchObject({ code: 'invalid-file' });
      await expect(packed).rejects.toThrow(message);
    }
  });

  it('is anything once aborted', async () => {
    const reason = new Error('enough');
    const packed = packInitializer(recipe({}), checkpoint, new Uint8Array(192), AbortSignal.abort(reason));
    await expect(packed).rejects.toBe(reason);
  });
});
