import { readFileSync } from 'node:fs';
import { createRandom } from '@llamella/conformance';
import type { TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { tensorByteLength } from '../src/formats/tensor-byte-length.ts';
import { floats, fromBase64, rawBytes } from './golden-files.ts';

interface ScaledGolden {
  readonly formats: Readonly<
    Record<string, { readonly decoded: string; readonly values: string; readonly encoded: string }>
  >;
  readonly shape: readonly number[];
  readonly tensors: readonly {
    readonly type: TensorType;
    readonly scaleBlock?: readonly [number, number];
    readonly zeroPoints?: boolean;
    readonly bytes: string;
    readonly decoded: string;
  }[];
}

/** `tooling/reference/scaled_formats_golden.py` wrote it. */
const golden: ScaledGolden = JSON.parse(
  readFileSync(new URL('./golden/scaled.golden.json', import.meta.url), 'utf8'),
);
const types = ['F8_E4M3', 'F8_E5M2', 'F4_E2M1', 'U4', 'U8'] as const;
const floatTypes = ['F8_E4M3', 'F8_E5M2', 'F4_E2M1'] as const;

/** Codes of 8 bits as they are, those of 4 bits two to a byte. */
function joined(type: TensorType, codes: Uint8Array): Uint8Array {
  if (type !== 'F4_E2M1') return codes;
  return Uint8Array.from({ length: codes.length / 2 }, (_, at) => codes[2 * at]! | (codes[2 * at + 1]! << 4));
}

describe.each(floatTypes)('%s', (type) => {
  const { decoded, values, encoded } = golden.formats[type]!;

  it('has the values of ml_dtypes for all codes', () => {
    const expected = floats(fromBase64(decoded));
    const codes = joined(
      type,
      Uint8Array.from({ length: expected.length }, (_, code) => code),
    );
    const actual = decodeTensor(type, codes, [expected.length]);
    for (const [code, value] of expected.entries()) expect(actual[code], `code ${code}`).toBe(value);
  });

  it('rounds as ml_dtypes and torch do, after limiting to its range', () => {
    const all = floats(fromBase64(values));
    const finite = type === 'F4_E2M1' ? all.map((value) => Math.max(-9, Math.min(9, value))) : all;
    expect(encodeTensor(type, finite, [all.length])).toEqual(joined(type, fromBase64(encoded)));
  });

  it('keeps NaN, where it has one, and refuses it elsewhere', () => {
    const values = Float32Array.of(1, Number.NaN);
    if (type === 'F4_E2M1') expect(() => encodeTensor(type, values, [2])).toThrow('value 1 is NaN');
    else expect(decodeTensor(type, encodeTensor(type, values, [2]), [2])).toEqual(values);
    expect(() => encodeTensor(type, values, [1, 2], { scaleBlock: [1, 2] })).toThrow('value 1 is NaN');
  });
});

it.each(golden.tensors)('decodes $type with scales for $scaleBlock, zero points: $zeroPoints', (tensor) => {
  const bytes = fromBase64(tensor.bytes);
  const values = decodeTensor(tensor.type, bytes, golden.shape, tensor);
  expect(Buffer.compare(rawBytes(values), fromBase64(tensor.decoded))).toBe(0);
  const moved = new Uint8Array(bytes.byteLength + 1).subarray(1);
  moved.set(bytes);
  expect(decodeTensor(tensor.type, moved, golden.shape, tensor)).toEqual(values);
});

const random = createRandom(3);
const layouts = [
  [7, 45],
  [1, 45],
  [1, 16],
  [4, 32],
  [128, 128],
] as const;
/** Largest error in parts of the block's largest magnitude: half a step, of floats at their upper end. */
const halfSteps = { F8_E4M3: 16 / 448, F8_E5M2: 4096 / 57_344, F4_E2M1: 1 / 6, U4: 0.5 / 7, U8: 0.5 / 127 };

describe.each(types)('%s, encoded with scales', (type) => {
  const shape = [7, 45] as const;
  const values = Float32Array.from({ length: 315 }, () => 2 * random.next() - 1);

  it.each(layouts)('of [%i, %i] is within half a step', (...scaleBlock) => {
    for (const zeroPoints of type.startsWith('U') ? [false, true] : [false]) {
      const layout = { scaleBlock, zeroPoints };
      const decoded = decodeTensor(type, encodeTensor(type, values, shape, layout), shape, layout);
      const largest = Math.max(...values.map((value, at) => Math.abs(value - decoded[at]!)));
      expect(largest).toBeLessThan(1.0001 * halfSteps[type]);
      expect(largest).toBeGreaterThan(halfSteps[type] / 8);
    }
  });

  it('keeps columns in another order', () => {
    const inputOrder = Uint32Array.from({ length: 45 }, (_, at) => (at * 7 + 3) % 45);
    const layout = { scaleBlock: [1, 16], inputOrder } as const;
    const bytes = encodeTensor(type, values, shape, layout);
    const gathered = values.map((_, at) => values[at - (at % 45) + inputOrder[at % 45]!]!);
    expect(bytes).toEqual(encodeTensor(type, gathered, shape, { scaleBlock: [1, 16] }));
    const stored = decodeTensor(type, bytes, shape, { scaleBlock: [1, 16] });
    const decoded = decodeTensor(type, bytes, shape, layout);
    expect(decoded.map((_, at) => decoded[at - (at % 45) + inputOrder[at % 45]!]!)).toEqual(stored);
  });

  it('has zeros where all weights are', () => {
    const zeros = new Float32Array(315);
    const layout = { scaleBlock: [1, 16] } as const;
    expect(decodeTensor(type, encodeTensor(type, zeros, shape, layout), shape, layout)).toEqual(zeros);
  });

  it('needs exactly the bytes of elements, scales and zero points', () => {
    const elements = 7 * (type.endsWith('4') || type === 'F4_E2M1' ? 23 : 45);
    const padded = Math.ceil(elements / 4) * 4;
    if (type === 'F8_E4M3') expect(elements).not.toBe(padded);
    expect(tensorByteLength(type, shape).byteLength).toBe(elements);
    expect(tensorByteLength(type, shape, { scaleBlock: [2, 32] }).byteLength).toBe(padded + 4 * 8);
    expect(() => decodeTensor(type, new Uint8Array(elements), shape, { scaleBlock: [1, 45] })).toThrow(
      `takes ${padded + 28} bytes, not ${elements}`,
    );
    if (!type.startsWith('U')) return;
    const layout = { scaleBlock: [1, 45], zeroPoints: true } as const;
    expect(tensorByteLength(type, shape, layout).byteLength).toBe(padded + 5 * 7);
  });

  const strange = [
    [{ scaleBlock: [0, 16] }, 'scaleBlock: [0,16] is not'],
    [{ scaleBlock: [1, 1.5] }, 'scaleBlock: [1,1.5] is not'],
    [{ scaleBlock: [Number.NaN, 16] }, 'scaleBlock'],
    [{ scaleBlock: [16] as unknown as [number, number] }, 'scaleBlock'],
    [{ zeroPoints: true }, 'zeroPoints: cannot be stored'],
    [{ inputOrder: new Uint32Array(45) }, 'inputOrder: is not an order of all 45 inputs'],
    [{ inputOrder: Uint32Array.of(0) }, 'inputOrder: is not an order of all 45 inputs'],
  ] as const;
  it.each(strange)('refuses %j', (layout, message) => {
    expect(() => decodeTensor(type, new Uint8Array(315), shape, layout)).toThrow(message);
    expect(() => encodeTensor(type, values, shape, layout)).toThrow(message);
  });

  it('refuses scales of what is no matrix, and sizes that no number can hold', () => {
    expect(() => tensorByteLength(type, [315], { scaleBlock: [1, 45] })).toThrow('is not that of a matrix');
    expect(() => tensorByteLength(type, [2 ** 51, 2 ** 2], { scaleBlock: [1, 1] })).toThrow(
      'is not the shape',
    );
  });
});

it('refuses zero points of floats, and layouts of other types', () => {
  const layout = { scaleBlock: [1, 16], zeroPoints: true } as const;
  expect(() => tensorByteLength('F8_E4M3', [2, 16], layout)).toThrow('zeroPoints: cannot be stored');
  expect(() => tensorByteLength('Q8_0', [2, 32], layout)).toThrow('layout: Q8_0 has no scales');
  expect(() => decodeTensor('F32', new Uint8Array(8), [2], { inputOrder: Uint32Array.of(0, 1) })).toThrow(
    'layout',
  );
});
