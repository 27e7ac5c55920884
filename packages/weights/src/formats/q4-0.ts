import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeAroundZero } from './encode-around-zero.ts';
import { halfParameters } from './half-parameters.ts';
import { packNibbles, unpackNibbles } from './nibbles.ts';

const blockBytes = 18;
const zeroCode = 8;
const nibblesOffset = 2;

/** 4 bits around 8: float16 scale, then 16 bytes with elements 0–15 in the low and 16–31 in the high nibbles. */
export const q4_0: BlockFormat = {
  type: 'Q4_0',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 4,
  zeroCode,
  hasMinimum: false,
  readScales: halfParameters(blockBytes),
  unpack: (bytes, codes) => unpackNibbles(bytes, codes, blockBytes, nibblesOffset),
};

export const encodeQ4_0: BlockEncode = (values, bytes) =>
  encodeAroundZero(values, bytes, blockBytes, zeroCode, (codes, at) => {
    packNibbles(codes, bytes, at + nibblesOffset);
  });
