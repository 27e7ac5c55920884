import { createRandom } from '@llamella/conformance';
import type { Checkpoint, PackRecipe, TensorType } from '@llamella/spec';
import {
  blockSize as blocksOf,
  decodeTensor,
  encodeTensor,
  type PackedError,
  packInitializer,
} from '@llamella/weights';
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
  options: {
    readonly tensors: readonly string[];
    readonly blockSize: 16 | 32;
    readonly bits?: 4 | 8;
    readonly scaleLength?: 16 | 32;
  },
  outputs: number,
  inputs: number,
) {
  const { blockSize, tensors, bits = 4, scaleLength = 32 } = options;
  const digits = bits === 4 ? 2 : 1;
  const sums = inputs / scaleLength;
  const blocks = inputs / blockSize + Math.ceil((digits * sums) / blockSize);
  const zeroRow = Math.ceil((blocks * bits) / 8);
  let errors: readonly PackedError[] = [];
  const pack = async (kind: PackRecipe['kind'], byteLength: number) => {
    const bytes = new Uint8Array(byteLength).fill(0xaa);
    errors = await packInitializer({ kind, bits, grid: 'folded', tensors, blockSize }, checkpoint, bytes);
    return bytes;
  };
  const quantized = await pack('quantized', (outputs * blocks * blockSize * bits) / 8);
  const scales = new Float32Array((await pack('scales', outputs * blocks * 4)).buffer);
  const zeroPoints = await pack('zero-points', outputs * zeroRow);
  const field = (bytes: Uint8Array, at: number) =>
    bits === 8 ? bytes[at]! : (bytes[at >> 1]! >> (4 * (at & 1))) & 15;
  const weight = (output: number, input: number) => {
    const block = Math.floor(input / blockSize);
    const u = field(quantized, output * blocks * blockSize + input);
    const zero = field(zeroPoints.subarray(output * zeroRow), block);
    return (u - zero) * scales[output * blocks + block]!;
  };
  const values = new Float64Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    for (let filler = inputs + digits * sums; filler < blocks * blockSize; filler++) {
      expect(weight(output, filler)).toBe(0);
    }
    for (let input = 0; input < inputs; input++) {
      const sum = inputs + Math.floor(input / scaleLength);
      const second = digits === 2 ? weight(output, sum + sums) / 16 : 0;
      values[output * inputs + input] = weight(output, input) + weight(output, sum) + second;
    }
  }
  return { values, errors };
}

function largestDifference(values: Float64Array, exact: Float32Array): number {
  return values.reduce((largest, value, index) => Math.max(largest, Math.abs(value - exact[index]!)), 0);
}

/** The longest step of a row, from the float16 in its blocks. */
function longestStep(type: TensorType, bytes: Uint8Array, row: number, inputs: number): number {
  const block = blocksOf(type);
  const count = inputs / block.elements;
  let longest = 0;
  for (let index = row * count; index < (row + 1) * count; index++) {
    const stored = bytes.slice(index * block.bytes, (index + 1) * block.bytes);
    const offset = type === 'Q2_K' ? 80 : 0;
    const unit = decodeTensor('F16', stored.subarray(offset, offset + 2), [1])[0]!;
    let most = 1;
    if (type === 'Q2_K') most = Math.max(...stored.subarray(0, 16).map((byte) => byte & 15));
    if (type.startsWith('Q4_K') || type.startsWith('Q5_K')) {
      const low = stored.subarray(4, 8).map((byte) => byte & 63);
      const high = stored.subarray(12, 16).map((byte, at) => (byte & 15) | ((stored[4 + at]! >> 6) << 4));
      most = Math.max(...low, ...high);
    }
    longest = Math.max(longest, unit * most);
  }
  return longest;
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
    const { values } = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize }, outputs, inputs);
    const exact = decodeTensor('Q4_1', w.bytes, w.shape);
    const largest = largestDifference(values, exact);
    expect(largest).toBeLessThan(2 ** -6 * bound);
    expect(largest).toBeGreaterThan(0);
  });

  it('stacks tensors along their outputs', async () => {
    const parts = [tensor('q', 'Q4_1', 24, 160), tensor('k', 'Q4_1', 7, 160), tensor('v', 'Q4_1', 9, 160)];
    const names = parts.map(({ name }) => name);
    const { values } = await unfold(memoryCheckpoint(parts), { tensors: names, blockSize: 16 }, 40, 160);
    const exact = parts.flatMap(({ bytes, shape }) => [...decodeTensor('Q4_1', bytes, shape)]);
    expect(largestDifference(values, Float32Array.from(exact))).toBeLessThan(2 ** -6 * bound);
  });

  it('leaves Q4_0, which has no minimum, as it is', async () => {
    const w = tensor('w', 'Q4_0', 8, 64);
    const { values } = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize: 32 }, 8, 64);
    expect(Float32Array.from(values)).toEqual(decodeTensor('Q4_0', w.bytes, w.shape));
  });

  it('keeps blocks without a step, with a negative one and away from zero to 1/200 of the farthest', async () => {
    const w = tensor('w', 'Q4_1', 1, 128);
    setParameters(w.bytes, 0, 0x0000, 0x3400); // step 0, minimum 0.25
    setParameters(w.bytes, 1, 0xa400, 0x3000); // step -2^-6, minimum 0.125
    setParameters(w.bytes, 2, 0x2400, 0x3000); // step 2^-6, all weights above 0.125
    setParameters(w.bytes, 3, 0x2400, 0xb800); // step 2^-6, all weights below -0.26
    const { values } = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize: 32 }, 1, 128);
    expect(largestDifference(values, decodeTensor('Q4_1', w.bytes, w.shape))).toBeLessThan(0.27 / 200);
  });

  it.each([
    ['Q4_K', 4, 32, 32],
    ['Q4_K', 4, 16, 32],
    ['Q4_K', 8, 32, 32],
    ['Q5_K', 8, 32, 32],
    ['Q5_1', 8, 32, 32],
    ['Q5_1', 8, 16, 32],
    ['Q2_K', 4, 16, 16],
    ['Q2_K', 8, 16, 16],
  ] as const)(
    'keeps %s in %i bits, blocks of %i, within its bound',
    async (type, bits, blockSize, scaleLength) => {
      const [outputs, inputs] = [12, 512];
      const bell = () => random.next() + random.next() + random.next() - 1.5;
      const values = Float32Array.from({ length: outputs * inputs }, () => 0.1 * bell());
      const w = {
        name: 'w',
        type,
        shape: [outputs, inputs],
        bytes: encodeTensor(type, values, [outputs, inputs]),
      };
      const options = { tensors: ['w'], blockSize, bits, scaleLength };
      const unfolded = await unfold(memoryCheckpoint([w]), options, outputs, inputs);
      const exact = decodeTensor(type, w.bytes, w.shape);
      let largest = 0;
      for (let row = 0; row < outputs; row++) {
        const [start, end] = [row * inputs, (row + 1) * inputs];
        const step = longestStep(type, w.bytes, row, inputs);
        const error = largestDifference(unfolded.values.subarray(start, end), exact.subarray(start, end));
        largest = Math.max(largest, error / step);
      }
      expect(largest).toBeLessThan(bits === 4 ? bound : 1 / 500);
      expect(unfolded.errors).toEqual([{ tensor: 'w', largest: expect.closeTo(largest, 5) }]);
      expect(largest).toBeGreaterThan(1e-4);
    },
  );

  it('shifts codes where bits are to spare, and says how far off what stays out of reach is', async () => {
    const pack = async (type: 'Q4_1' | 'Q5_1', minimum: number, bits: 4 | 8) => {
      const w = tensor('w', type, 1, 64);
      for (const block of [0, 1]) {
        const at = block * blocksOf(type).bytes;
        w.bytes.set([0x00, 0x24, minimum & 255, minimum >> 8], at); // step 2^-6
      }
      const unfolded = await unfold(memoryCheckpoint([w]), { tensors: ['w'], blockSize: 32, bits }, 1, 64);
      const exact = decodeTensor(type, w.bytes, w.shape);
      return { off: largestDifference(unfolded.values, exact) * 64, measured: unfolded.errors[0]!.largest };
    };
    const near = await pack('Q5_1', half(1.01), 8); // 64.6 steps above zero
    expect(near.off).toBeLessThan(1 / 500);
    const far = await pack('Q4_1', half(1.01), 4);
    expect(far.off).toBeGreaterThan(1 / 400);
    expect(far.measured).toBeCloseTo(far.off, 6);
  });

  it('is refused without bits and for block minimums', async () => {
    const checkpoint = memoryCheckpoint([tensor('w', 'Q4_1', 1, 32)]);
    const pack = (recipe: Omit<PackRecipe, 'tensors'>) =>
      packInitializer({ tensors: ['w'], ...recipe }, checkpoint, new Uint8Array(32));
    await expect(pack({ kind: 'scales', grid: 'folded' })).rejects.toThrow(
      'recipe.bits: is needed on the folded grid',
    );
    await expect(pack({ kind: 'block-minimums', bits: 4, grid: 'folded' })).rejects.toThrow(
      'recipe.grid: folded leaves no block minimums',
    );
  });
});
