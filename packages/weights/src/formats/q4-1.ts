import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeWithMinimum } from './encode-with-minimum.ts';
import { halfParameters } from './half-parameters.ts';
import { packNibbles, unpackNibbles } from './nibbles.ts';

const blockBytes = 20;
const nibblesOffset = 4;

/** 4 bits above a minimum: float16 scale, float16 minimum, then 16 bytes of nibbles in the order of Q4_0. */
export const q4_1: BlockFormat = {
  type: 'Q4_1',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 4,
  zeroCode: 0,
  hasMinimum: true,
  readScales: halfParameters(blockBytes, 2),
  unpack: (bytes, codes) => unpackNibbles(bytes, codes, blockBytes, nibblesOffset),
};

export const encodeQ4_1: BlockEncode = (values, bytes) =>
  encodeWithMinimum(values, bytes, blockBytes, 15, (codes, at) => {
    packNibbles(codes, bytes, at + nibblesOffset);
  });
