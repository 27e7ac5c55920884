import { packPairsOfBits, unpackPairsOfBits } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeKWithMinimum, type KLayout } from './encode-k-with-minimum.ts';
import { readHalf } from './float16.ts';

const blockBytes = 84;
const codesOffset = 16;
const unitsOffset = 80;

const layout: KLayout = {
  fit: { largestCode: 3, steps: 15, first: -0.5, absolute: true },
  scaleLength: 16,
  largestScale: 15,
  blockBytes,
  offset: unitsOffset,
  weigh(values, start, weights) {
    for (let i = 0; i < weights.length; i++) weights[i] = Math.abs(values[start + i]!);
  },
  pack(codes, scales, minimums, bytes, at) {
    for (let part = 0; part < 16; part++) bytes[at + part] = scales[part]! | (minimums[part]! << 4);
    packPairsOfBits(codes, bytes, at + codesOffset);
  },
};

/**
 * 2 bits above a minimum, 16 elements per scale: 16 bytes with 4 bits of scale and 4 of minimum, 64 bytes of codes,
 * then the float16 units of scales and minimums.
 */
export const q2_k: BlockFormat = {
  type: 'Q2_K',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 2,
  zeroCode: 0,
  hasMinimum: true,
  unpack: (bytes, codes) => unpackPairsOfBits(bytes, codes, blockBytes, codesOffset),
  readScales(bytes, scales, minimums) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const scale = readHalf(bytes, at + unitsOffset);
      const minimum = readHalf(bytes, at + unitsOffset + 2);
      for (let part = 0; part < 16; part++, to++) {
        scales[to] = scale * (bytes[at + part]! & 15);
        minimums[to] = -(minimum * (bytes[at + part]! >> 4));
      }
    }
  },
};

export const encodeQ2K: BlockEncode = (values, bytes) => encodeKWithMinimum(layout, values, bytes);
