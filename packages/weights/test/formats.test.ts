import { createHash } from 'node:crypto';
import type { TensorType } from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { floats, formats, fromBase64, rawBytes } from './golden-files.ts';

const types = Object.keys(formats.types) as TensorType[];
const blockTypes = ['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0'] as const;

describe.each(types)('%s', (type) => {
  const golden = formats.types[type]!;
  const values = floats(fromBase64(formats.values));

  it('decodes the same bits as gguf-py', () => {
    const decoded = decodeTensor(type, fromBase64(golden.bytes), formats.shape);
    expect(Buffer.compare(rawBytes(decoded), fromBase64(golden.decoded))).toBe(0);
  });

  it('decodes from an odd address', () => {
    const bytes = fromBase64(golden.bytes);
    const moved = new Uint8Array(bytes.byteLength + 1).subarray(1);
    moved.set(bytes);
    expect(decodeTensor(type, moved, formats.shape)).toEqual(decodeTensor(type, bytes, formats.shape));
  });

  it('encodes the same bytes as gguf-py', () => {
    const encoded = encodeTensor(type, values, formats.encodeShape);
    expect(Buffer.compare(encoded, fromBase64(golden.encoded))).toBe(0);
  });

  it('reproduces values that are on its grid', () => {
    const decoded = decodeTensor(type, encodeTensor(type, values, formats.encodeShape), formats.encodeShape);
    const again = encodeTensor(type, decoded, formats.encodeShape);
    const twice = decodeTensor(type, again, formats.encodeShape);
    // The scale is computed anew from values with a rounded scale: it may move by one unit of float16.
    for (const [index, value] of decoded.entries()) {
      expect(Math.abs(twice[index]! - value)).toBeLessThanOrEqual(Math.abs(value) * 0.002 + 1e-6);
    }
  });
});

/** A block with byte i = 37 i + 11, scale 0.0625 and, where there is one, minimum 0.5. */
function patternBlock(type: TensorType): Uint8Array {
  const block = Uint8Array.from({ length: blockSize(type).bytes }, (_, index) => 37 * index + 11);
  block.set([0x00, 0x2c], 0);
  if (type.endsWith('_1')) block.set([0x00, 0x38], 2);
  return block;
}

it.each(blockTypes)('decodes the test vector of %s', (type) => {
  const values = decodeTensor(type, patternBlock(type), [32]).map((value) => value + 0);
  const digest = createHash('sha256').update(rawBytes(values)).digest('hex');
  expect(digest.slice(0, 16)).toBe(formats.types[type]!.patternSha256);
  // As published with the format description, from an implementation that is neither this one nor gguf-py.
  const published = {
    Q4_0: '3d11b025a12ae353',
    Q4_1: '8cef3fe17d6feb93',
    Q5_0: '60e356cfcbcb3152',
    Q5_1: 'bb6c374e8492bedc',
    Q8_0: 'b81bd787709d805a',
  };
  expect(digest.slice(0, 16)).toBe(published[type]);
});

it('decodes all 65,536 float16 as numpy does', () => {
  const halves = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, index) => index).buffer);
  const decoded = decodeTensor('F16', halves, [65_536]);
  expect(createHash('sha256').update(rawBytes(decoded)).digest('hex')).toBe(formats.allFloat16Sha256);
});

it('rounds to float16 as numpy does, at and around every value and every middle', () => {
  const halves = new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, index) => index).buffer);
  const finite = decodeTensor('F16', halves, [0x7c00]);
  const middles = finite.slice(1).map((value, index) => (value + finite[index]!) / 2);
  const exact = Float32Array.from([...finite, ...middles, 65_520, 65_519.996, 1e30, 1e-30]);
  const step = (value: number, by: number) => {
    const bits = new Int32Array(Float32Array.of(value).buffer);
    if (value === 0) return by > 0 ? 2 ** -149 : -(2 ** -149);
    bits[0]! += by;
    return new Float32Array(bits.buffer)[0]!;
  };
  const around = [
    ...exact,
    ...exact.map((value) => step(value, 1)),
    ...exact.map((value) => step(value, -1)),
  ];
  const all = Float32Array.from([...around, ...around.map((value) => -value)]);
  const digest = createHash('sha256')
    .update(encodeTensor('F16', all, [all.length]))
    .digest('hex');
  expect(digest).toBe(formats.roundedFloat16Sha256);
});

it('keeps NaN and infinities in floating-point types', () => {
  const special = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0);
  for (const type of ['F32', 'F16', 'BF16'] as const) {
    expect([...decodeTensor(type, encodeTensor(type, special, [4]), [4])]).toEqual([...special]);
  }
});

it('says what is wrong with sizes, shapes and types', () => {
  expect(() => decodeTensor('Q4_1', new Uint8Array(19), [32])).toThrow(
    'bytes: Q4_1 [32] takes 20 bytes, not 19',
  );
  expect(() => decodeTensor('Q4_1', new Uint8Array(20), [2, 16])).toThrow(
    /rows of 16 are not whole blocks of 32/,
  );
  expect(() => decodeTensor('F32', new Uint8Array(0), [])).toThrow(/\[\] is not the shape of a tensor/);
  expect(() => decodeTensor('F32', new Uint8Array(0), [0])).toThrow(/\[0\] is not the shape/);
  expect(() => decodeTensor('F32', new Uint8Array(0), [2 ** 30, 2 ** 30])).toThrow(/is not the shape/);
  expect(() => decodeTensor('I32', new Uint8Array(4), [1])).toThrow(/decoding I32 is not supported/);
  expect(() => encodeTensor('I32', new Float32Array(1), [1])).toThrow(/encoding I32 is not supported/);
  expect(() => encodeTensor('Q8_0', new Float32Array(31), [32])).toThrow(/32 elements, not 31/);
  expect(() => encodeTensor('Q8_0', new Float32Array(32).fill(Number.NaN), [32])).toThrow(/value 0 is NaN/);
});
