import type { TensorType } from '@llamella/spec';
import { blockSize } from '@llamella/weights';

/** Elements of a row, and rows that are decoded, as in `tooling/reference/gguf_blocks_golden.py`. */
export const rowLength = 256;
export const decodedRows = 64;

/** Byte offsets of the float16 in a block. */
const halves: Readonly<Record<string, readonly number[]>> = {
  ...{ Q4_0: [0], Q4_1: [0, 2], Q5_0: [0], Q5_1: [0, 2], Q8_0: [0] },
  ...{ Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208] },
  ...{ IQ4_NL: [0], IQ4_XS: [0], TQ1_0: [52], TQ2_0: [64] },
  ...{ IQ1_S: [0], IQ2_XXS: [0], IQ2_XS: [0], IQ2_S: [0], IQ3_XXS: [0], IQ3_S: [0] },
  ...{ Q1_0: [0], Q2_0: [0] },
};

function* generate(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

/** Rows of arbitrary bits with finite scales. */
export function generateBlocks(type: TensorType, rows = decodedRows, seed = 1): Uint8Array {
  const { elements, bytes } = blockSize(type);
  const numbers = generate(seed);
  const stored = Uint8Array.from(
    { length: ((rows * rowLength) / elements) * bytes },
    () => numbers.next().value >>> 24,
  );
  for (let at = 0; at < stored.length; at += bytes) {
    for (const offset of halves[type] ?? []) stored[at + offset + 1]! &= 0xfb;
    if (type === 'IQ1_M') stored[at + 53]! &= 0xbf;
    if (type === 'MXFP4') stored[at]! &= 0x7f;
  }
  return stored;
}

/** Rows of 256 values: bell-shaped at several magnitudes, and what is hard to fit or to round. */
export function generateValues(): Float32Array {
  const numbers = generate(2);
  const factors = [0.05, 1, 1e-3, 1e3, 1e-6, 1e-9, 1e-20, 30_000];
  const values = new Float32Array(24 * rowLength);
  for (let row = 0; row < 24; row++) {
    for (let index = 0; index < rowLength; index++) {
      const uniform = Array.from({ length: 4 }, () => numbers.next().value / 2 ** 32);
      const bell = uniform[0]! + uniform[1]! + uniform[2]! + uniform[3]! - 2;
      const made: Record<number, number> = {
        8: 0,
        9: 0.75,
        10: -0.75,
        11: Math.abs(bell),
        12: -Math.abs(bell),
        13: index / 128 - 1,
        14: Math.floor(uniform[0]! * 16) / 2 - 4,
        15: index % 37 === 0 ? bell * 50 : bell,
        16: bell + 5,
        17: uniform[1]! < 0.9 ? 0 : bell,
        18: index < 64 ? bell : 0,
        19: index < 128 ? bell * 1e-4 : bell,
        20: Math.sign(bell),
        21: Math.floor(uniform[0]! * 3) - 1,
        22: bell * 2 ** (Math.floor(index / 16) - 8),
      };
      values[row * rowLength + index] = made[row] ?? bell * (factors[row] ?? 1);
    }
  }
  return values;
}

/** How much the inputs of rows of 512 matter: squares of arbitrary numbers, some of them zero. */
export function generateImportance(): Float32Array {
  const numbers = generate(3);
  return Float32Array.from({ length: 2 * rowLength }, (_, index) => {
    const uniform = numbers.next().value / 2 ** 32;
    return index % 29 === 0 ? 0 : uniform * uniform;
  });
}
