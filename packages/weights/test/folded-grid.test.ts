import { createRandom } from '@llamella/conformance';
import type { Checkpoint, PackRecipe, TensorType } from '@llamella/spec';
import { decodeTensor, packInitializer } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { half } from './half.ts';
import { memoryCheckpoint, randomBlocks, setParameters } from './memory-checkpoint.ts';

const random = createRandom(11);

/** Bound of the error in the row's largest steps, where every block contains zero. */
const bound = 1 / 400;

/**
 * Weights as ONNX Runtime's MatMulNBits and the further inputs make them. The inputs after the row's own are the sums
 * of its blocks, and those divided by 16, so that their weights count for each weight of the block.
 */
async function unfold(
  checkpoint: Checkpoint,
  options: { readonly tensors: readonly string[]; readonly blockSize: 16 | 32 },
  outputs: number,
  inputs: number,
): Promise<Float64Array> {
  const { blockSize } = options;
  const sums = inputs / 32;
  const blocks = inputs / blockSize + Math.ceil((2 * sums) / blockSize);
  const zeroRow = Math.ceil(blocks / 2);
  const pack = async (kind: PackRecipe['kind'], byteLength: number) => {
    const bytes = new Uint8Array(byteLength).fill(0xaa);
    await packInitializer({ kind, bits: 4, grid: 'folded', ...options }, checkpoint, bytes);
    return bytes;
  };
  const quantized = await pack('quantized', (outputs * blocks * blockSize) / 2);
  const scales = new Float32Array((await pack('scales', outputs * blocks * 4)).buffer);
  const zeroPoints = await pack('zero-points', outputs * zeroRow);
  const nibble = (bytes: Uint8Array, at: number) => (bytes[at >> 1]! >> (4 * (at & 1))) & 15;
  const weight = (output: number, input: number) => {
    const block = Math.floor(input / blockSize);
    const u = nibble(quantized, output * blocks * blockSize + input);
    const zero = nibble(zeroPoints.subarray(output * zeroRow), block);
    return (u - zero) * scales[output * blocks + block]!;
  };
  const values = new Float64Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    for (let filler = inputs + 2 * sums; filler < blocks * blockSize; filler++) {
      expect(weight(output, filler)).toBe(0);
    }
    for (let input = 0; input < inputs; input++) {
      const sum = inputs + (input >> 5);
      values[output * inputs + input] =
        weight(output, input) + weight(output, sum) + weight(output, sum + sums) / 16;
    }
  }
  return values;
}

function largestDifference(values: Float64Array, exact: Float32Array): number {
  return values.reduce((largest, value, index) => Math.max(largest, Math.abs(value - exact[index]!)), 0);
}

/** Blocks that contain zero, with steps from 2^-7 to 2^-6. */
function tensor(name: string, type: TensorType, outputs: number, inputs: number) {
  const bytes = randomBlocks(type, outputs * inputs, random.next);
  for (let block = 0; type === 'Q4_1' && block < (outputs * inputs) / 32; block++) {
    const step = (1024 + random.integer(1024)) * 2 ** -17;
    const minimum = -Math.round(random.next() * 15 * step * 2 ** 13) * 2 ** -13;
    setParameters(bytes, block, half(step), half(minimum));
  }
  return { name, type, shape: [outputs, inputs], bytes };
}

describe('the folded grid', () => {
  it.each([
    [16, 576],
    [32, 576],
    [16, 96],
    [32, 1024],
    [32, 32],
  ] as const)('keeps Q4_1 within its bound in blocks of %i, %i inputs', async (blockSize, inputs) => {
    const outputs = 40;
    const w = tensor('w', 'Q4_1', outputs, inputs);
    const values = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize }, outputs, inputs);
    const exact = decodeTensor('Q4_1', w.bytes, w.shape);
    const largest = largestDifference(values, exact);
    expect(largest).toBeLessThan(2 ** -6 * bound);
    expect(largest).toBeGreaterThan(0);
  });

  it('stacks tensors along their outputs', async () => {
    const parts = [tensor('q', 'Q4_1', 24, 160), tensor('k', 'Q4_1', 7, 160), tensor('v', 'Q4_1', 9, 160)];
    const names = parts.map(({ name }) => name);
    const values = await unfold(memoryCheckpoint(parts), { tensors: names, blockSize: 16 }, 40, 160);
    const exact = parts.flatMap(({ bytes, shape }) => [...decodeTensor('Q4_1', bytes, shape)]);
    expect(largestDifference(values, Float32Array.from(exact))).toBeLessThan(2 ** -6 * bound);
  });

  it('leaves Q4_0, which has no minimum, as it is', async () => {
    const w = tensor('w', 'Q4_0', 8, 64);
    const values = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize: 32 }, 8, 64);
    expect(Float32Array.from(values)).toEqual(decodeTensor('Q4_0', w.bytes, w.shape));
  });

  it('keeps blocks without a step, with a negative one and away from zero to 1/200 of the farthest', async () => {
    const w = tensor('w', 'Q4_1', 1, 128);
    setParameters(w.bytes, 0, 0x0000, 0x3400); // step 0, minimum 0.25
    setParameters(w.bytes, 1, 0xa400, 0x3000); // step -2^-6, minimum 0.125
    setParameters(w.bytes, 2, 0x2400, 0x3000); // step 2^-6, all weights above 0.125
    setParameters(w.bytes, 3, 0x2400, 0xb800); // step 2^-6, all weights below -0.26
    const values = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize: 32 }, 1, 128);
    expect(largestDifference(values, decodeTensor('Q4_1', w.bytes, w.shape))).toBeLessThan(0.27 / 200);
  });

  it('is refused in 8 bits and for block minimums', async () => {
    const checkpoint = memoryCheckpoint([tensor('w', 'Q4_1', 1, 32)]);
    const pack = (recipe: Omit<PackRecipe, 'tensors'>) =>
      packInitializer({ tensors: ['w'], ...recipe }, checkpoint, new Uint8Array(32));
    await expect(pack({ kind: 'quantized', bits: 8, grid: 'folded' })).rejects.toThrow(
      'recipe.bits: must be 4 on the folded grid',
    );
    await expect(pack({ kind: 'block-minimums', bits: 4, grid: 'folded' })).rejects.toThrow(
      'recipe.grid: folded leaves no block minimums',
    );
  });
});
