import type { BlockFormat } from './block-format.ts';
import { readHalf } from './float16.ts';
import { iq3xxsGrid } from './iq-grids.ts';
import { evenSigns, writeSigned, zeroCode } from './iq-signs.ts';
import { readWord } from './iq2-xxs.ts';

const blockBytes = 98;
const signsOffset = 66;

/**
 * Magnitudes from a grid of 256 points of 4 elements: float16 unit, 64 indices, then for every 32 elements 4 times 7
 * signs and 4 bits of scale.
 */
export const iq3_xxs: BlockFormat = {
  type: 'IQ3_XXS',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq3xxsGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let group = 0; group < 32; group++, to += 8) {
        const word = readWord(bytes, block + signsOffset + 4 * (group >> 2));
        const signs = evenSigns((word >>> (7 * (group & 3))) & 127);
        const at = block + 2 + 2 * group;
        writeSigned(grid, 4 * bytes[at]!, 4, signs, codes, to);
        writeSigned(grid, 4 * bytes[at + 1]!, 4, signs >> 4, codes, to + 4);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at);
      for (let part = 0; part < 8; part++, to++) {
        scales[to] = unit * (0.5 + (bytes[at + signsOffset + 4 * part + 3]! >> 4)) * 0.5;
      }
    }
  },
};
