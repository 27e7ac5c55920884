import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TensorType } from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { decodedRows, generateBlocks, generateValues, rowLength } from './generated-blocks.ts';
import { rawBytes } from './golden-files.ts';

/** Hashes of what ggml makes of the same input; `tooling/reference/gguf_blocks_golden.py` wrote them. */
const golden: {
  readonly values: string;
  readonly types: Readonly<Record<string, { readonly decoded: string; readonly encoded?: string }>>;
} = JSON.parse(readFileSync(new URL('golden/blocks.golden.json', import.meta.url), 'utf8'));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const values = generateValues();
const shape = [values.length / rowLength, rowLength];

it('starts from the values that the reference encoded', () => {
  expect(sha256(rawBytes(values))).toBe(golden.values);
  expect(Object.keys(golden.types)).toHaveLength(22);
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
