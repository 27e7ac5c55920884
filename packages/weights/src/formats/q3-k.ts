import { addFields, codeWords, halfWords, packPairsOfBits, unpackPairsOfBits } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { type AroundZeroLayout, encodeKAroundZero } from './encode-k-around-zero.ts';
import { fitThreeBits } from './fit-around-zero.ts';
import { readHalf } from './float16.ts';

const blockBytes = 110;
const pairsOffset = 32;
const scalesOffset = 96;
const unitOffset = 108;

const layout: AroundZeroLayout = {
  blockBytes,
  offset: unitOffset,
  zeroCode: 4,
  scaleRange: 32,
  fit: fitThreeBits,
  negligible: 0,
  pack(codes, scales, bytes, at) {
    for (let part = 0; part < 16; part++) {
      const scale = scales[part]! + 32;
      bytes[at + scalesOffset + (part & 7)]! |= (scale & 15) << (4 * (part >> 3));
      bytes[at + scalesOffset + 8 + (part & 3)]! |= (scale >> 4) << (2 * (part >> 2));
    }
    packPairsOfBits(codes, bytes, at + pairsOffset);
    for (let index = 0; index < 256; index++) {
      bytes[at + (index & 31)]! |= (codes[index]! >> 2) << (index >> 5);
    }
  },
};

/**
 * 3 bits around 4, 16 elements per scale: 32 bytes with bit 2 of the elements l, 32 + l, 64 + l, …, 64 bytes with bits
 * 0 and 1, 12 bytes with scales of 6 bits around 32, and their float16 unit.
 */
export const q3_k: BlockFormat = {
  type: 'Q3_K',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 3,
  zeroCode: 4,
  hasMinimum: false,
  unpack(bytes, codes) {
    unpackPairsOfBits(bytes, codes, blockBytes, pairsOffset);
    const halves = halfWords(bytes);
    const words = codeWords(codes);
    for (let at = 0, to = 0; to < words.length; at += blockBytes >>> 1, to += 64) {
      for (let group = 0; group < 8; group++) {
        addFields(halves, at, group, 0x01010101, words, to + 8 * group, 2);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at + unitOffset);
      for (let part = 0; part < 16; part++, to++) {
        const low = bytes[at + scalesOffset + (part & 7)]! >> (4 * (part >> 3));
        const high = bytes[at + scalesOffset + 8 + (part & 3)]! >> (2 * (part >> 2));
        scales[to] = unit * (((low & 15) | ((high & 3) << 4)) - 32);
      }
    }
  },
};

export const encodeQ3K: BlockEncode = (values, bytes) => encodeKAroundZero(layout, values, bytes);
