import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeAroundZero } from './encode-around-zero.ts';
import { addFifthBits, packFifthBits } from './fifth-bits.ts';
import { halfParameters } from './half-parameters.ts';
import { packNibbles, unpackNibbles } from './nibbles.ts';

const blockBytes = 22;
const zeroCode = 16;
const fifthBitsOffset = 2;
const nibblesOffset = 6;

/** 5 bits around 16: float16 scale, 32 bits with bit 4 of each element, then 16 bytes of nibbles as in Q4_0. */
export const q5_0: BlockFormat = {
  type: 'Q5_0',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 5,
  zeroCode,
  hasMinimum: false,
  readScales: halfParameters(blockBytes),
  unpack(bytes, codes) {
    unpackNibbles(bytes, codes, blockBytes, nibblesOffset);
    addFifthBits(bytes, codes, blockBytes, fifthBitsOffset);
  },
};

export const encodeQ5_0: BlockEncode = (values, bytes) =>
  encodeAroundZero(values, bytes, blockBytes, zeroCode, (codes, at) => {
    packFifthBits(codes, bytes, at + fifthBitsOffset);
    packNibbles(codes, bytes, at + nibblesOffset);
  });
