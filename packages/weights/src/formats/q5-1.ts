import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeWithMinimum } from './encode-with-minimum.ts';
import { addFifthBits, packFifthBits } from './fifth-bits.ts';
import { halfParameters } from './half-parameters.ts';
import { packNibbles, unpackNibbles } from './nibbles.ts';

const blockBytes = 24;
const fifthBitsOffset = 4;
const nibblesOffset = 8;

/** 5 bits above a minimum: float16 scale and minimum, then bits as in Q5_0. */
export const q5_1: BlockFormat = {
  type: 'Q5_1',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 5,
  zeroCode: 0,
  hasMinimum: true,
  readScales: halfParameters(blockBytes, 2),
  unpack(bytes, codes) {
    unpackNibbles(bytes, codes, blockBytes, nibblesOffset);
    addFifthBits(bytes, codes, blockBytes, fifthBitsOffset);
  },
};

export const encodeQ5_1: BlockEncode = (values, bytes) =>
  encodeWithMinimum(values, bytes, blockBytes, 31, (codes, at) => {
    packFifthBits(codes, bytes, at + fifthBitsOffset);
    packNibbles(codes, bytes, at + nibblesOffset);
  });
