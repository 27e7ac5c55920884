import { addFields, codeWords, halfWords } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeKWithMinimum, type KLayout, weighByMagnitude } from './encode-k-with-minimum.ts';
import { packK4Scales, readK4Scales } from './k4-scales.ts';
import { packHalves, unpackHalves } from './q4-k.ts';

const blockBytes = 176;
const scalesOffset = 4;
const fifthBitsOffset = 16;
const nibblesOffset = 48;

const layout: KLayout = {
  fit: { largestCode: 31, steps: 15, first: -0.5, absolute: false },
  scaleLength: 32,
  largestScale: 63,
  blockBytes,
  offset: 0,
  weigh: weighByMagnitude,
  pack(codes, scales, minimums, bytes, at) {
    packK4Scales(scales, minimums, bytes, at + scalesOffset);
    packHalves(codes, bytes, at + nibblesOffset);
    for (let index = 0; index < 256; index++) {
      bytes[at + fifthBitsOffset + (index & 31)]! |= (codes[index]! >> 4) << (index >> 5);
    }
  },
};

/**
 * 5 bits above a minimum, 32 elements per scale: units and scales as in Q4_K, 32 bytes with bit 4 of the elements l,
 * 32 + l, 64 + l, …, then nibbles as in Q4_K.
 */
export const q5_k: BlockFormat = {
  type: 'Q5_K',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 5,
  zeroCode: 0,
  hasMinimum: true,
  unpack(bytes, codes) {
    unpackHalves(bytes, codes, blockBytes, nibblesOffset);
    const halves = halfWords(bytes);
    const words = codeWords(codes);
    for (let at = fifthBitsOffset >>> 1, to = 0; to < words.length; at += blockBytes >>> 1, to += 64) {
      for (let group = 0; group < 8; group++) {
        addFields(halves, at, group, 0x01010101, words, to + 8 * group, 4);
      }
    }
  },
  readScales: (bytes, scales, minimums) => readK4Scales(bytes, blockBytes, scales, minimums),
};

export const encodeQ5K: BlockEncode = (values, bytes) => encodeKWithMinimum(layout, values, bytes);
