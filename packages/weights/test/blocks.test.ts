import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRandom } from '@llamella/conformance';
import type { TensorType } from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor, packInitializer } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import {
  decodedRows,
  generateBlocks,
  generateImportance,
  generateValues,
  rowLength,
} from './generated-blocks.ts';
import { rawBytes } from './golden-files.ts';
import { memoryCheckpoint } from './memory-checkpoint.ts';

interface Golden {
  readonly decoded: string;
  /** Absent where ggml asks for importance. */
  readonly encoded?: string;
  /** With importance. */
  readonly weighted?: string;
}

/** Hashes of what ggml makes of the same input; `tooling/reference/gguf_blocks_golden.py` wrote them. */
const golden: {
  readonly values: string;
  readonly types: Readonly<Record<string, Golden>>;
} = JSON.parse(readFileSync(new URL('golden/blocks.golden.json', import.meta.url), 'utf8'));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const values = generateValues();
const scaleLength = (type: TensorType) => (/^(Q[236]_K|IQ1_M|IQ2_XS|IQ2_S|NVFP4)$/.test(type) ? 16 : 32);
const shape = [values.length / rowLength, rowLength];
const importance = generateImportance();

it('starts from the values that the reference encoded', () => {
  expect(sha256(rawBytes(values))).toBe(golden.values);
  expect(Object.keys(golden.types)).toHaveLength(25);
});

describe.each(Object.entries(golden.types))('%s', (name, { decoded, encoded, weighted }) => {
  const type = name as TensorType;

  it('decodes the same bits as ggml', () => {
    const result = decodeTensor(type, generateBlocks(type), [decodedRows, rowLength]);
    expect(sha256(rawBytes(result))).toBe(decoded);
  });

  it.runIf(encoded !== undefined)('encodes the same bytes as ggml', () => {
    expect(sha256(encodeTensor(type, values, shape))).toBe(encoded);
  });

  it.runIf(weighted !== undefined)('encodes the same bytes as ggml with importance', () => {
    const wide = [values.length / importance.length, importance.length];
    expect(sha256(encodeTensor(type, values, wide, { importance }))).toBe(weighted);
  });

  it.runIf(encoded === undefined)('asks for importance', () => {
    expect(() => encodeTensor(type, values, shape)).toThrow(
      `importance: ${type} needs one for each input: 256`,
    );
  });

  it('packs arbitrary bytes to finite scales, or says which block is damaged', async () => {
    const random = createRandom(5);
    const { elements, bytes: size } = blockSize(type);
    let refused = 0;
    for (let run = 0; run < 200; run++) {
      const bytes = Uint8Array.from({ length: (512 / elements) * size }, () => random.integer(256));
      const checkpoint = memoryCheckpoint([{ name: 'w', type, shape: [2, 256], bytes }]);
      for (const grid of ['native', 'folded', 'fine'] as const) {
        const packed = new Float32Array(2 * 256);
        const recipe = { kind: 'scales', tensors: ['w'], bits: 8, blockSize: 16, grid } as const;
        const length = grid === 'folded' ? 2 * (16 + Math.ceil(256 / scaleLength(type) / 16)) : 32;
        const error = await packInitializer(
          recipe,
          checkpoint,
          new Uint8Array(packed.buffer, 0, 4 * length),
        ).catch((reason: unknown) => reason);
        if (Array.isArray(error)) expect(packed.every(Number.isFinite)).toBe(true);
        else {
          expect(error).toMatchObject({ code: 'invalid-file' });
          expect((error as Error).message).toMatch(/^memory: tensor w: block \d+ has the (scale|minimum)/);
          refused++;
        }
      }
    }
    // Types whose scale is a byte have no damaged ones.
    expect(refused > 0).toBe(!['MXFP4', 'NVFP4'].includes(type));
  });

  it('decodes long tensors and odd addresses alike', () => {
    const rows = 300;
    const bytes = generateBlocks(type, rows);
    const moved = new Uint8Array(bytes.length + 1).subarray(1);
    moved.set(bytes);
    const all = decodeTensor(type, moved, [rows, rowLength]);
    const rowBytes = (rowLength / blockSize(type).elements) * blockSize(type).bytes;
    for (const row of [0, 255, 256, 299]) {
      const one = decodeTensor(type, bytes.subarray(row * rowBytes, (row + 1) * rowBytes), [rowLength]);
      expect(Buffer.compare(rawBytes(one), rawBytes(all.slice(row * rowLength, (row + 1) * rowLength)))).toBe(
        0,
      );
    }
  });
});

describe('importance', () => {
  const encode = (type: TensorType, given: Float32Array, of = values) =>
    encodeTensor(type, of, [of.length / 512, 512], { importance: given });

  it('is one finite number from 0 for each input', () => {
    expect(() => encode('IQ2_S', importance.subarray(1))).toThrow(
      'importance: 512 inputs need as many, not 511',
    );
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => encode('IQ1_S', importance.with(7, bad))).toThrow(`importance: number 7 is ${bad}`);
  });

  it('is refused where it would be left out, and not used where ggml does not', () => {
    for (const type of ['Q4_0', 'Q5_1', 'Q2_K', 'Q6_K', 'IQ4_XS'] as const)
      expect(() => encode(type, importance)).toThrow(`encoding ${type} with importance is not supported`);
    for (const type of ['F16', 'Q8_0', 'TQ2_0', 'NVFP4', 'Q2_0'] as const)
      expect(encode(type, importance)).toEqual(encodeTensor(type, values, [values.length / 512, 512]));
  });

  it('makes errors smaller where it is large', () => {
    const decoded = (given: Float32Array) => {
      const row = values.subarray(0, 512);
      const bytes = encode('IQ2_XS', given, row);
      return decodeTensor('IQ2_XS', bytes, [512]).map((value, index) => (value - row[index]!) ** 2);
    };
    const first = Float32Array.from({ length: 512 }, (_, index) => (index % 8 < 4 ? 1 : 0.01));
    const sum = (errors: Float32Array, from: number) =>
      errors.reduce((total, error, index) => total + (index % 8 < 4 === (from === 0) ? error : 0), 0);
    const even = decoded(new Float32Array(512).fill(1));
    const uneven = decoded(first);
    expect(sum(uneven, 0)).toBeLessThan(0.8 * sum(even, 0));
    expect(sum(uneven, 4)).toBeGreaterThan(sum(even, 4));
  });

  it('names values that float32 cannot weigh', () => {
    for (const type of ['IQ1_S', 'IQ1_M', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S'] as const)
      expect(() => encode(type, importance, new Float32Array(512).fill(3e38))).toThrow(
        'values: their squares times the importance are too large for float32',
      );
  });
});
