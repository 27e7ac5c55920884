import { createRandom } from '@llamella/conformance';
import { decodeTensor, fineGridBound, fineGridError } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { half } from './half.ts';
import { memoryCheckpoint, randomBlocks, setParameters } from './memory-checkpoint.ts';
import { packAndUnpack } from './unpack.ts';

const random = createRandom(5);

/** One row of Q4_1 whose blocks have these scales and minimums and codes that cover 0 to 15. */
function row(parameters: readonly (readonly [scale: number, minimum: number])[]): Uint8Array {
  const bytes = randomBlocks('Q4_1', parameters.length * 32, random.next);
  for (const [block, [scale, minimum]] of parameters.entries()) {
    setParameters(bytes, block, half(scale), half(minimum));
    for (let index = 0; index < 16; index++) bytes[block * 20 + 4 + index] = index * 0x11;
  }
  return bytes;
}

/** Errors in steps, block by block, of the packed weights against the decoded ones. */
async function errors(type: 'Q4_1' | 'Q5_1', bytes: Uint8Array, blocks: number): Promise<number[]> {
  const inputs = blocks * 32;
  const checkpoint = memoryCheckpoint([{ name: 'w', type, shape: [1, inputs], bytes }]);
  const values = await packAndUnpack(checkpoint, { tensors: ['w'], bits: 8, grid: 'fine' }, 1, inputs);
  const exact = decodeTensor(type, bytes, [1, inputs]);
  const blockBytes = bytes.byteLength / blocks;
  return Array.from({ length: blocks }, (_, block) => {
    const scale = decodeTensor('F16', bytes.slice(block * blockBytes, block * blockBytes + 2), [1])[0]!;
    let largest = 0;
    for (let index = block * 32; index < block * 32 + 32; index++) {
      largest = Math.max(largest, Math.abs(values[index]! - exact[index]!));
    }
    return scale === 0 ? largest : largest / Math.abs(scale);
  });
}

// Scales and steps are float32, so that nothing is exact to the last bit.
const rounding = 1e-4;

it('moves weights of blocks that contain zero by less than the bound', async () => {
  const blocks = 2000;
  const bytes = randomBlocks('Q4_1', blocks * 32, random.next);
  for (let block = 0; block < blocks; block++) {
    const scale = (1 + Math.floor(random.next() * 1024) / 1024) * 2 ** -(4 + random.integer(8));
    const minimum = Math.round(random.next() * 15 * 64) / 64;
    setParameters(bytes, block, half(scale), half(-Math.round((minimum * scale) / 2 ** -14) * 2 ** -14));
  }
  const largest = Math.max(...(await errors('Q4_1', bytes, blocks)));
  expect(largest).toBeLessThan(fineGridBound);
  expect(largest).toBeGreaterThan(1 / 64);
});

it('is exact when the minimum is a whole number of steps, or a seventeenth of them', async () => {
  const parameters = Array.from({ length: 16 }, (_, steps) => [0.125, -0.125 * steps] as const);
  const fractions = Array.from({ length: 17 }, (_, part) => [17 / 64, -part / 64 - 17 / 64] as const);
  const all = [...parameters, ...fractions];
  for (const error of await errors('Q4_1', row(all), all.length)) expect(error).toBeLessThan(rounding);
});

it('keeps blocks without a step exactly', async () => {
  const parameters = [0, 0.5, -0.5, 6e-8, -65_504, -0].map((minimum) => [0, minimum] as const);
  const normal = parameters.filter(([, minimum]) => minimum !== 6e-8);
  expect(await errors('Q4_1', row(normal), normal.length)).toEqual(normal.map(() => 0));
  expect(fineGridError('Q4_1', row(normal))).toEqual({ largest: 0, rootMeanSquare: 0 });
});

it('treats negative scales like positive ones', async () => {
  const parameters = [1, 3, 5, 7.5, 11, 15].map((steps) => [-0.25, 0.25 * steps + 0.015625] as const);
  for (const error of await errors('Q4_1', row(parameters), parameters.length)) {
    expect(error).toBeLessThan(fineGridBound);
  }
});

describe('blocks that do not contain zero', () => {
  it.each([
    ['just beyond it', 0.25, 0.265625, 1 / 32],
    ['a few steps away', 0.25, 4.015625, 1 / 16],
    ['below it', 0.25, -20.015625, 1 / 6],
    ['a hundred steps away', 0.25, 25.0625, 1 / 4],
    ['as far as whole steps reach', 0.25, 60, 1 / 2],
    ['farther', 0.25, 100, 415 / 510],
    ['farther, below', 0.25, -100, 400 / 510],
    ['out of sight', 2 ** -10, 60, 61_455 / 510],
  ])('%s', async (_, scale, minimum, bound) => {
    const bytes = row([[scale, minimum]]);
    const [error] = await errors('Q4_1', bytes, 1);
    expect(error).toBeLessThan(bound + rounding * 100);
    const reported = fineGridError('Q4_1', bytes);
    expect(Math.abs(reported.largest - error!)).toBeLessThan(0.001 * (1 + error!));
  });
});

it('survives the smallest scales', async () => {
  const parameters = [
    [2 ** -24, -3 * 2 ** -24],
    [2 ** -24, 65_504],
    [2 ** -24, -65_504],
    [65_504, -65_504],
  ] as const;
  const bytes = row(parameters);
  const inputs = parameters.length * 32;
  const checkpoint = memoryCheckpoint([{ name: 'w', type: 'Q4_1', shape: [1, inputs], bytes }]);
  const values = await packAndUnpack(checkpoint, { tensors: ['w'], bits: 8, grid: 'fine' }, 1, inputs);
  const exact = decodeTensor('Q4_1', bytes, [1, inputs]);
  for (const [index, value] of values.entries()) {
    expect(Math.abs(value - exact[index]!)).toBeLessThanOrEqual(Math.abs(exact[index]!) * 0.002 + 1e-9);
  }
});

it('has eight steps to a step of Q5_1', async () => {
  const bytes = randomBlocks('Q5_1', 500 * 32, random.next);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < 500; block++) {
    view.setUint16(block * 24, half(2 ** -6), true);
    view.setUint16(block * 24 + 2, half(-random.integer(2 ** 10) * 2 ** -11), true);
  }
  const all = await errors('Q5_1', bytes, 500);
  const { largest, rootMeanSquare } = fineGridError('Q5_1', bytes);
  expect(Math.max(...all)).toBeLessThan(2 * fineGridBound + rounding);
  expect(Math.abs(Math.max(...all) - largest)).toBeLessThan(rounding);
  expect(rootMeanSquare).toBeGreaterThan(0);
  expect(rootMeanSquare).toBeLessThan(largest);
});

it('changes nothing in formats without a minimum', async () => {
  for (const type of ['Q4_0', 'Q5_0', 'Q8_0'] as const) {
    const bytes = randomBlocks(type, 320, random.next);
    const checkpoint = memoryCheckpoint([{ name: 'w', type, shape: [5, 64], bytes }]);
    const values = await packAndUnpack(checkpoint, { tensors: ['w'], bits: 8, grid: 'fine' }, 5, 64);
    expect([...Float32Array.from(values)]).toEqual([...decodeTensor(type, bytes, [5, 64])]);
    expect(fineGridError(type, bytes)).toEqual({ largest: 0, rootMeanSquare: 0 });
  }
});

it('cannot be measured for types that are not packed', () => {
  expect(() => fineGridError('F16', new Uint8Array(20))).toThrow(/20 bytes are not blocks of F16/);
  expect(() => fineGridError('Q4_1', new Uint8Array(21))).toThrow(/21 bytes are not blocks of Q4_1/);
});
