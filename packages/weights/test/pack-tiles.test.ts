import { createRandom } from '@llamella/conformance';
import type { TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor, packInitializer } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { type MemoryTensor, memoryCheckpoint } from './memory-checkpoint.ts';

const random = createRandom(23);
const inputs = 64;

function tensor(name: string, type: TensorType, outputs: number): MemoryTensor {
  const values = Float32Array.from({ length: outputs * inputs }, () => random.next() - 0.5);
  return { name, type, shape: [outputs, inputs], bytes: encodeTensor(type, values, [outputs, inputs]) };
}

async function pack(tensors: readonly MemoryTensor[], tile: number) {
  const names = tensors.map(({ name }) => name);
  const outputs = tensors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const checkpoint = memoryCheckpoint(tensors);
  const integers = new Int8Array(outputs * inputs).fill(99);
  const scales = new Float32Array(outputs).fill(99);
  await packInitializer({ kind: 'tiles', tensors: names, tile }, checkpoint, new Uint8Array(integers.buffer));
  await packInitializer({ kind: 'output-scales', tensors: names }, checkpoint, new Uint8Array(scales.buffer));
  return { integers, scales, outputs };
}

describe('tiles', () => {
  it.each([4, 8, 12, 24, 1])(
    'of %i outputs have every weight within half a step, in its place',
    async (tile) => {
      const tensors = [tensor('a', 'F32', 13), tensor('b', 'Q4_0', 7), tensor('c', 'Q8_0', 4)];
      const { integers, scales, outputs } = await pack(tensors, tile);
      const exact = tensors.flatMap(({ type, bytes, shape }) => [...decodeTensor(type, bytes, shape)]);
      for (let output = 0; output < outputs; output++) {
        const row = exact.slice(output * inputs, (output + 1) * inputs);
        const largest = Math.max(...row.map(Math.abs));
        expect(scales[output]).toBeCloseTo(largest / 127, 7);
        for (const [input, value] of row.entries()) {
          const at = Math.floor(output / tile) * tile * inputs + input * tile + (output % tile);
          expect(Math.abs(integers[at]! * scales[output]! - value)).toBeLessThanOrEqual(
            scales[output]! * 0.5001,
          );
        }
        const column = row.map((_, input) => {
          const at = Math.floor(output / tile) * tile * inputs + input * tile + (output % tile);
          return Math.abs(integers[at]!);
        });
        expect(Math.max(...column)).toBe(127);
      }
    },
  );

  it('are zero where all weights of an output are', async () => {
    const zeros = { ...tensor('z', 'F32', 2), bytes: new Uint8Array(2 * inputs * 4) };
    const { integers, scales } = await pack([zeros], 2);
    expect([...scales]).toEqual([0, 0]);
    expect(integers.every((value) => value === 0)).toBe(true);
  });

  it.each([5, 0, 1.5, undefined])('refuse a tile of %s outputs', async (tile) => {
    const recipe = { kind: 'tiles', tensors: ['a'], ...(tile !== undefined && { tile }) } as const;
    const packed = packInitializer(recipe, memoryCheckpoint([tensor('a', 'F32', 8)]), new Uint8Array(512));
    await expect(packed).rejects.toMatchObject({ code: 'invalid-argument', argument: 'recipe.tile' });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuse a weight of %s', async (value) => {
    const values = new Float32Array(8 * inputs);
    values[5 * inputs + 3] = value;
    const wrong = { ...tensor('w', 'F32', 8), bytes: new Uint8Array(values.buffer) };
    await expect(pack([wrong], 8)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('tensor w: row 5'),
    });
  });
});
