import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRandom } from '@llamella/conformance';
import type { TensorType } from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor, packInitializer } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { decodedRows, generateBlocks, generateValues, rowLength } from './generated-blocks.ts';
import { rawBytes } from './golden-files.ts';
import { memoryCheckpoint } from './memory-checkpoint.ts';

/** Hashes of what ggml makes of the same input; `tooling/reference/gguf_blocks_golden.py` wrote them. */
const golden: {
  readonly values: string;
  readonly types: Readonly<Record<string, { readonly decoded: string; readonly encoded?: string }>>;
} = JSON.parse(readFileSync(new URL('golden/blocks.golden.json', import.meta.url), 'utf8'));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const values = generateValues();
const scaleLength = (type: TensorType) => (/^(Q[236]_K|IQ1_M|IQ2_XS|IQ2_S|NVFP4)$/.test(type) ? 16 : 32);
const shape = [values.length / rowLength, rowLength];

it('starts from the values that the reference encoded', () => {
  expect(sha256(rawBytes(values))).toBe(golden.values);
  expect(Object.keys(golden.types)).toHaveLength(25);
});

describe.each(Object.entries(golden.types))('%s', (name, { decoded, encoded }) => {
  const type = name as TensorType;

  it('decodes the same bits as ggml', () => {
    const result = decodeTensor(type, generateBlocks(type), [decodedRows, rowLength]);
    expect(sha256(rawBytes(result))).toBe(decoded);
  });

  it.runIf(encoded !== undefined)('encodes the same bytes as ggml', () => {
    expect(sha256(encodeTensor(type, values, shape))).toBe(encoded);
  });

  it.runIf(encoded === undefined)('refuses to encode', () => {
    expect(() => encodeTensor(type, values, shape)).toThrow(`encoding ${type} is not supported`);
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
