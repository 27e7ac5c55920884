import { packPairsOfBits, unpackPairsOfBits } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { readHalf, writeHalf } from './float16.ts';
import { ternaryCode } from './ternary-code.ts';

const blockBytes = 66;
const scaleOffset = 64;

/** -1, 0 or 1, in 2 bits around 1, times a float16 scale: 64 bytes of codes as in Q2_K, then the scale. */
export const tq2_0: BlockFormat = {
  type: 'TQ2_0',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 2,
  zeroCode: 1,
  hasMinimum: false,
  unpack: (bytes, codes) => unpackPairsOfBits(bytes, codes, blockBytes, 0),
  readScales: (bytes, scales) => {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes, to += 8) {
      scales.fill(readHalf(bytes, at + scaleOffset), to, to + 8);
    }
  },
};

export const encodeTq2_0: BlockEncode = (values, bytes) => {
  const codes = new Uint8Array(256);
  for (let start = 0, at = 0; start < values.length; start += 256, at += blockBytes) {
    const { scale, code } = ternaryCode(values, start);
    writeHalf(bytes, at + scaleOffset, scale);
    for (let index = 0; index < 256; index++) codes[index] = code(values[start + index]!);
    packPairsOfBits(codes, bytes, at);
  }
};
