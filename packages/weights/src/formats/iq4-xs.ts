import type { BlockEncode, BlockFormat } from './block-format.ts';
import { readHalf, writeHalf } from './float16.ts';
import { fitTable, iq4Table, nearestInTable } from './iq4-table.ts';
import { nearestWithin } from './nearest-integer.ts';
import { unpackThroughTable, zeroCode } from './nibble-table.ts';
import { packNibbles } from './nibbles.ts';

const round = Math.fround;
const blockBytes = 136;
const codesOffset = 8;

/**
 * The table of IQ4_NL with a scale of 6 bits around 32 for every 32 elements: their float16 unit, 2 bytes with bits 4
 * and 5 of the scales, 4 with bits 0 to 3, then nibbles as in Q4_0.
 */
export const iq4_xs: BlockFormat = {
  type: 'IQ4_XS',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let part = 0; part < 8; part++, to += 32) {
        unpackThroughTable(bytes, block + codesOffset + 16 * part, iq4Table, codes, to);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at);
      const high = bytes[at + 2]! | (bytes[at + 3]! << 8);
      for (let part = 0; part < 8; part++, to++) {
        const low = (bytes[at + 4 + (part >> 1)]! >> (4 * (part & 1))) & 15;
        scales[to] = unit * ((low | (((high >> (2 * part)) & 3) << 4)) - 32);
      }
    }
  },
};

export const encodeIq4Xs: BlockEncode = (values, bytes) => {
  const indices = new Uint8Array(32);
  const scales = new Float32Array(8);
  for (let start = 0, at = 0; start < values.length; start += 256, at += blockBytes) {
    let largest = 0;
    for (let part = 0; part < 8; part++) {
      scales[part] = fitTable(values, start + 32 * part, 7, indices, 0);
      if (Math.abs(scales[part]!) > Math.abs(largest)) largest = scales[part]!;
    }
    const unit = round(-largest / 32);
    writeHalf(bytes, at, unit);
    const inverse = unit === 0 ? 0 : round(1 / unit);
    for (let part = 0; part < 8; part++) {
      const scale = nearestWithin(round(inverse * scales[part]!), -32, 31);
      const step = round(unit * scale);
      const inverseStep = step === 0 ? 0 : round(1 / step);
      for (let i = 0; i < 32; i++) {
        indices[i] = nearestInTable(round(inverseStep * values[start + 32 * part + i]!));
      }
      packNibbles(indices, bytes, at + codesOffset + 16 * part);
      bytes[at + 4 + (part >> 1)]! |= ((scale + 32) & 15) << (4 * (part & 1));
      bytes[at + 2 + (part >> 2)]! |= ((scale + 32) >> 4) << (2 * (part & 3));
    }
  }
};
