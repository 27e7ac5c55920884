import { createRandom } from '@llamella/conformance';
import type { PackRecipe, TensorType } from '@llamella/spec';
import { encodeTensor, packInitializer, type TensorLayout } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { type MemoryTensor, memoryCheckpoint } from './memory-checkpoint.ts';

const random = createRandom(29);
const inputs = 256;

function matrix(name: string, type: TensorType, outputs: number, layout: TensorLayout = {}): MemoryTensor {
  const shape = [outputs, inputs];
  const values = Float32Array.from({ length: outputs * inputs }, () => random.next() - 0.3);
  return { name, type, shape, bytes: encodeTensor(type, values, shape, layout), ...layout };
}

/** Bytes of one output for each kind, `bits` and blocks of 32. */
const rowBytes = {
  decode: () => 4 * inputs,
  quantized: (bits: number) => (inputs * bits) / 8,
  scales: () => (4 * inputs) / 32,
  'zero-points': (bits: number) => (inputs * bits) / 8 / 32,
} as const;

type Kind = keyof typeof rowBytes;
const kinds = Object.keys(rowBytes) as Kind[];

const cases: [TensorType, Partial<PackRecipe>, TensorLayout?][] = [
  ['F32', {}],
  ['Q4_0', { bits: 4 }],
  ['Q4_1', { bits: 8, grid: 'fine' }],
  ['Q8_0', { bits: 8 }],
  ['Q4_K', { bits: 4 }],
  ['U4', { bits: 4, blockSize: 32 }, { scaleBlock: [3, 64], zeroPoints: true }],
  ['U8', { bits: 8, blockSize: 32 }, { scaleBlock: [1, inputs] }],
  ['F8_E4M3', { bits: 8, blockSize: 32, grid: 'integers' }, { scaleBlock: [128, 128] }],
  ['F8_E5M2', { bits: 8, blockSize: 32, grid: 'integers' }],
];

describe.each(cases)('rows of %s', (type, options, layout) => {
  const tensors = [matrix('q', type, 7, layout), matrix('k', type, 4, layout)];
  const checkpoint = memoryCheckpoint(tensors);
  const pack = async (recipe: PackRecipe, byteLength: number) => {
    const bytes = new Uint8Array(byteLength);
    await packInitializer(recipe, checkpoint, bytes);
    return bytes;
  };

  it.each(kinds.filter((kind) => type !== 'F32' || kind === 'decode'))(
    'are packed alone: %s',
    async (kind) => {
      const recipe = { tensors: ['q', 'k'], kind, ...options } as const;
      const size = rowBytes[kind](recipe.bits ?? 0);
      const whole = await pack(recipe, 11 * size);
      for (const [first, end] of [
        [0, 11],
        [0, 5],
        [2, 9],
        [7, 8],
        [8, 11],
      ] as const) {
        const rows = await pack({ ...recipe, rows: [first, end] }, (end - first) * size);
        expect(rows).toEqual(whole.subarray(first * size, end * size));
      }
    },
  );
});

describe('rows', () => {
  const checkpoint = memoryCheckpoint([matrix('t', 'Q4_1', 6)]);
  const recipe = { tensors: ['t'], kind: 'block-minimums', bits: 4 } as const;

  it('of block minimums are columns', async () => {
    const blocks = inputs / 32;
    const [whole, part] = [new Float32Array(6 * blocks), new Float32Array(2 * blocks)];
    await packInitializer(recipe, checkpoint, new Uint8Array(whole.buffer));
    await packInitializer({ ...recipe, rows: [3, 5] }, checkpoint, new Uint8Array(part.buffer));
    expect(part).toEqual(part.map((_, at) => whole[Math.floor(at / 2) * 6 + 3 + (at % 2)]!));
  });

  it('on the folded grid are measured', async () => {
    const folded = { tensors: ['t'], kind: 'quantized', bits: 4, grid: 'folded', rows: [1, 4] } as const;
    const bytes = new Uint8Array(3 * (inputs / 32 + 1) * 16);
    expect(await packInitializer(folded, checkpoint, bytes)).toMatchObject([{ tensor: 't' }]);
  });

  it('of a tensor as it is stored are its bytes', async () => {
    const stored = memoryCheckpoint([matrix('t', 'F16', 6)]);
    const whole = await stored.readTensor('t');
    const part = new Uint8Array(3 * inputs * 2);
    await packInitializer({ kind: 'stored', tensors: ['t'], rows: [2, 5] }, stored, part);
    expect(part).toEqual(whole.subarray(2 * inputs * 2, 5 * inputs * 2));
  });

  it.each([[[-1, 3]], [[3, 3]], [[0, 7]], [[0.5, 2]]] as const)('refuses %j of 6', async (rows) => {
    for (const kind of ['stored', 'quantized'] as const) {
      await expect(packInitializer({ ...recipe, kind, rows }, checkpoint, new Uint8Array(1))).rejects.toThrow(
        'is no range of 6 rows',
      );
    }
  });

  it('of vectors are refused', async () => {
    const bytes = new Uint8Array(16);
    const vector = memoryCheckpoint([{ name: 'v', type: 'F32', shape: [4], bytes }]);
    await expect(
      packInitializer({ kind: 'decode', tensors: ['v'], rows: [0, 2] }, vector, new Uint8Array(8)),
    ).rejects.toThrow('v [4] is no matrix');
  });
});
