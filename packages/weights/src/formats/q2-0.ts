import type { BlockEncode, BlockFormat } from './block-format.ts';
import { readHalf, writeHalf } from './float16.ts';

/** 2 bits around 1 times a float16 scale for 64 elements: the scale, then 16 bytes, four neighbours to a byte. */
export const q2_0: BlockFormat = {
  type: 'Q2_0',
  blockLength: 64,
  blockBytes: 18,
  scaleLength: 32,
  codeBits: 2,
  zeroCode: 1,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let index = 0; index < codes.length; index++) {
      const byte = bytes[(index >> 6) * 18 + 2 + ((index & 63) >> 2)]!;
      codes[index] = (byte >> (2 * (index & 3))) & 3;
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += 18, to += 2)
      scales.fill(readHalf(bytes, at), to, to + 2);
  },
};

export const encodeQ2_0: BlockEncode = (values, bytes) => {
  for (let start = 0, at = 0; start < values.length; start += 64, at += 18) {
    let largest = 0;
    for (let i = start; i < start + 64; i++) largest = Math.max(largest, Math.abs(values[i]!));
    writeHalf(bytes, at, largest);
    const inverse = largest > 0 ? Math.fround(1 / largest) : 0;
    for (let index = 0; index < 64; index++) {
      const position = Math.fround(values[start + index]! * inverse);
      // Halves away from zero.
      const code = 1 + Math.sign(position) * Math.floor(Math.abs(position) + 0.5);
      bytes[at + 2 + (index >> 2)]! |= Math.max(0, Math.min(3, code)) << (2 * (index & 3));
    }
  }
};
