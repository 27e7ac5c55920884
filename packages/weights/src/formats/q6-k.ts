import { addFields, codeWords, halfWords, setFields } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { type AroundZeroLayout, encodeKAroundZero } from './encode-k-around-zero.ts';
import { fitSixBits, zeroGroup } from './fit-around-zero.ts';
import { readHalf } from './float16.ts';

const blockBytes = 210;
const highOffset = 128;
const scalesOffset = 192;
const unitOffset = 208;

const layout: AroundZeroLayout = {
  blockBytes,
  offset: unitOffset,
  zeroCode: 32,
  scaleRange: 128,
  fit: fitSixBits,
  negligible: zeroGroup,
  pack(codes, scales, bytes, at) {
    for (let part = 0; part < 16; part++) bytes[at + scalesOffset + part] = scales[part]!;
    for (let index = 0; index < 256; index++) {
      const half = index >> 7;
      const group = (index >> 5) & 3;
      const place = index & 31;
      bytes[at + 64 * half + 32 * (group & 1) + place]! |= (codes[index]! & 15) << (4 * (group >> 1));
      bytes[at + highOffset + 32 * half + place]! |= (codes[index]! >> 4) << (2 * group);
    }
  },
};

/**
 * 6 bits around 32, 16 elements per scale: 128 bytes with bits 0 to 3, 64 with bits 4 and 5, 16 signed scales, and
 * their float16 unit.
 */
export const q6_k: BlockFormat = {
  type: 'Q6_K',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 6,
  zeroCode: 32,
  hasMinimum: false,
  unpack(bytes, codes) {
    const halves = halfWords(bytes);
    const words = codeWords(codes);
    for (let at = 0, to = 0; to < words.length; at += blockBytes >>> 1, to += 64) {
      for (let group = 0; group < 8; group++) {
        const place = to + 8 * group;
        const low = at + 32 * (group >> 2) + 16 * (group & 1);
        setFields(halves, low, 4 * ((group >> 1) & 1), 0x0f0f0f0f, words, place);
        const high = at + (highOffset >>> 1) + 16 * (group >> 2);
        addFields(halves, high, 2 * (group & 3), 0x03030303, words, place, 4);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at + unitOffset);
      for (let part = 0; part < 16; part++, to++) {
        scales[to] = unit * ((bytes[at + scalesOffset + part]! << 24) >> 24);
      }
    }
  },
};

export const encodeQ6K: BlockEncode = (values, bytes) => encodeKAroundZero(layout, values, bytes);
