import type { BlockEncode, BlockFormat } from './block-format.ts';
import { readHalf, writeHalf } from './float16.ts';

/** One or minus one, a bit each, times a float16 scale for 128 elements: the scale, then 16 bytes, lowest bits first. */
export const q1_0: BlockFormat = {
  type: 'Q1_0',
  blockLength: 128,
  blockBytes: 18,
  scaleLength: 32,
  codeBits: 2,
  zeroCode: 1,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let index = 0; index < codes.length; index++) {
      const byte = bytes[(index >> 7) * 18 + 2 + ((index & 127) >> 3)]!;
      codes[index] = ((byte >> (index & 7)) & 1) << 1;
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += 18, to += 4)
      scales.fill(readHalf(bytes, at), to, to + 4);
  },
};

export const encodeQ1_0: BlockEncode = (values, bytes) => {
  for (let start = 0, at = 0; start < values.length; start += 128, at += 18) {
    let sum = 0;
    for (let index = 0; index < 128; index++) {
      const value = values[start + index]!;
      sum = Math.fround(sum + Math.abs(value));
      if (value >= 0) bytes[at + 2 + (index >> 3)]! |= 1 << (index & 7);
    }
    writeHalf(bytes, at, sum / 128);
  }
};
