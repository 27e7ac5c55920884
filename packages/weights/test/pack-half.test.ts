import { createRandom } from '@llamella/conformance';
import type { PackRecipe, TensorType } from '@llamella/spec';
import { encodeTensor, packInitializer, type TensorLayout } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { type MemoryTensor, memoryCheckpoint } from './memory-checkpoint.ts';

const random = createRandom(31);
const inputs = 256;

function matrix(name: string, type: TensorType, outputs: number, layout: TensorLayout = {}): MemoryTensor {
  const shape = [outputs, inputs];
  const values = Float32Array.from({ length: outputs * inputs }, () => random.next() - 0.3);
  return { name, type, shape, bytes: encodeTensor(type, values, shape, layout), ...layout };
}

/** The value of a float16. */
function halfValue(half: number): number {
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  const size = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
  return half & 0x8000 ? -size : size;
}

async function packed(tensors: readonly MemoryTensor[], recipe: PackRecipe, byteLength: number) {
  const buffer = new ArrayBuffer(byteLength + 1);
  // An odd place, which no view of numbers can have.
  const bytes = new Uint8Array(buffer, 1);
  await packInitializer(recipe, memoryCheckpoint(tensors), bytes);
  return bytes.slice().buffer;
}

const cases: [string, TensorType, Omit<PackRecipe, 'tensors'>, TensorLayout?][] = [
  ['floats', 'F32', { kind: 'decode' }],
  ['floats of 16 bits', 'F16', { kind: 'decode' }],
  ['bfloats', 'BF16', { kind: 'decode' }],
  ['floats, transposed', 'F32', { kind: 'decode', transpose: true }],
  ['weights in blocks', 'Q4_K', { kind: 'decode' }],
  ['scales', 'Q4_0', { kind: 'scales', bits: 4 }],
  ['scales for half a block', 'Q6_K', { kind: 'scales', bits: 8, blockSize: 16 }],
  ['scales on a grid', 'Q4_K', { kind: 'scales', bits: 4, grid: 'folded' }],
  ['minimums', 'Q4_K', { kind: 'block-minimums', bits: 4 }],
  ['minimums, transposed', 'Q4_1', { kind: 'block-minimums', bits: 4, transpose: true }],
  ['scales of floats of 8 bits', 'F8_E4M3', { kind: 'scales', bits: 8, blockSize: 32, grid: 'integers' }],
  ['scales of integers', 'U4', { kind: 'scales', bits: 4, blockSize: 32 }, { scaleBlock: [1, 64] }],
];

describe.each(cases)('%s in float16', (_title, type, options, layout) => {
  const tensors = [matrix('q', type, 70, layout), matrix('k', type, 3, layout)];
  const recipe: PackRecipe = { ...options, tensors: ['q', 'k'] };
  const { kind, blockSize = 32, grid } = options;
  const blocks = inputs / blockSize;
  const perOutput = kind === 'decode' ? inputs : blocks + (grid === 'folded' ? Math.ceil(16 / 32) : 0);
  const count = 73 * perOutput;

  it('are the nearest to those in float32', async () => {
    const floats = new Float32Array(await packed(tensors, recipe, 4 * count));
    const halves = new Uint16Array(await packed(tensors, { ...recipe, floatType: 'float16' }, 2 * count));
    expect(halves).toHaveLength(count);
    expect(floats.some((value) => value !== 0)).toBe(true);
    for (const [at, value] of floats.entries()) {
      const half = halves[at]!;
      const off = Math.abs(halfValue(half) - value);
      for (const next of [half - 1, half + 1]) {
        const other = Math.abs(halfValue(next & 0xffff) - value);
        expect(off < other || (off === other && half % 2 === 0), `${value} as ${halfValue(half)}`).toBe(true);
      }
    }
  });
});

describe('a number too large for float16', () => {
  const shape = [4];
  const vector = (...values: number[]): MemoryTensor => ({
    ...{ name: 'norm', type: 'F32', shape },
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
  const recipe: PackRecipe = { kind: 'decode', tensors: ['norm'], floatType: 'float16' };

  it('is refused with the name of its tensor', async () => {
    await expect(packed([vector(1, -70_000, 0, 0)], recipe, 8)).rejects.toMatchObject({
      code: 'overflow',
      message: expect.stringMatching(/memory: tensor norm: -70000.*65504/),
    });
    await expect(packed([vector(1, 65_520, 0, 0)], recipe, 8)).rejects.toMatchObject({ code: 'overflow' });
    const halves = new Uint16Array(await packed([vector(1, 65_519, 2 ** -24, -0)], recipe, 8));
    expect([...halves]).toEqual([0x3c00, 0x7bff, 1, 0x8000]);
  });

  it('is refused among scales', async () => {
    const bytes = encodeTensor('U8', new Float32Array(64).fill(1), [2, 32], { scaleBlock: [1, 32] });
    new Float32Array(bytes.buffer, bytes.byteOffset + 64).set([1, 1e6]);
    const tensor: MemoryTensor = { name: 'up', type: 'U8', shape: [2, 32], scaleBlock: [1, 32], bytes };
    const scales: PackRecipe = {
      kind: 'scales',
      bits: 8,
      blockSize: 32,
      tensors: ['up'],
      floatType: 'float16',
    };
    await expect(packed([tensor], scales, 4)).rejects.toMatchObject({
      code: 'overflow',
      message: expect.stringMatching(/scales of up: 1000000/),
    });
  });

  it('is asked for only where there are floats', async () => {
    const quantized = { kind: 'quantized', bits: 4, tensors: ['q'], floatType: 'float16' } as const;
    await expect(packed([matrix('q', 'Q4_0', 1)], quantized, inputs / 2)).rejects.toThrow(
      /floatType.*quantized/,
    );
  });
});
