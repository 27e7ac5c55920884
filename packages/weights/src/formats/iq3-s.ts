import type { BlockFormat } from './block-format.ts';
import { readHalf } from './float16.ts';
import { iq3sGrid } from './iq-grids.ts';
import { writeSigned, zeroCode } from './iq-signs.ts';

const blockBytes = 110;
const highOffset = 66;
const signsOffset = 74;
const scalesOffset = 106;

/**
 * Odd magnitudes from a grid of 512 points of 4 elements: float16 unit, 64 bytes of index, 8 with one more bit of each,
 * 32 of signs, then 4 bits of scale for every 32 elements.
 */
export const iq3_s: BlockFormat = {
  type: 'IQ3_S',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq3sGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let group = 0; group < 64; group++, to += 4) {
        const high = (bytes[block + highOffset + (group >> 3)]! >> (group & 7)) & 1;
        const index = bytes[block + 2 + group]! | (high << 8);
        const signs = bytes[block + signsOffset + (group >> 1)]! >> (4 * (group & 1));
        writeSigned(grid, 4 * index, 4, signs, codes, to);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at);
      for (let part = 0; part < 8; part++, to++) {
        const scale = (bytes[at + scalesOffset + (part >> 1)]! >> (4 * (part & 1))) & 15;
        scales[to] = unit * (1 + 2 * scale);
      }
    }
  },
};
