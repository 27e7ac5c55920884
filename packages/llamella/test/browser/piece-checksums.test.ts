import { crc32 as reference } from 'node:zlib';
import { createRandom } from '@llamella/conformance';
import type { Initializer } from '@llamella/spec';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/browser/crc32.ts';
import { PieceChecksums } from '../../src/browser/piece-checksums.ts';

const random = createRandom(3);
const bytes = Uint8Array.from({ length: 5000 }, () => random.next() * 256);

test('the CRC is that of zlib, whatever the length and the place in memory', () => {
  for (let start = 0; start < 9; start++) {
    for (const length of [0, 1, 2, 3, 7, 15, 16, 17, 31, 64, 100, 1000, 4321]) {
      const part = bytes.subarray(start, start + length);
      expect(crc32(part)).toBe(reference(part));
      const middle = Math.floor(length / 3);
      expect(crc32(part.subarray(middle), crc32(part.subarray(0, middle)))).toBe(reference(part));
    }
  }
});

test('initializers that come in pieces, with gaps between, get one sum each', () => {
  const places = [
    [0, 700],
    [704, 96],
    [800, 0],
    [800, 1000],
    [2048, 100],
  ] as const;
  const plan = {
    initializers: places.map(([, byteLength]) => ({ byteLength }) as Initializer),
    offsets: places.map(([offset]) => offset),
  };
  const checksums = new PieceChecksums(plan);
  let end = 0;
  for (const [offset, byteLength] of places) {
    if (offset > end) checksums.add(new Uint8Array(offset - end));
    const own = bytes.subarray(offset, offset + byteLength);
    if (byteLength === 0) checksums.add(own);
    for (let start = 0; start < byteLength; start += 300) checksums.add(own.subarray(start, start + 300));
    end = offset + byteLength;
  }
  expect(checksums.sums).toEqual(
    places.map(([offset, length]) => reference(bytes.subarray(offset, offset + length))),
  );
});
