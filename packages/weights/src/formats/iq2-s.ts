import type { BlockFormat } from './block-format.ts';
import { iq2sGrid } from './iq-grids.ts';
import { writeSigned, zeroCode } from './iq-signs.ts';
import { readPairedScales } from './iq2-xs.ts';

const blockBytes = 82;
const signsOffset = 34;
const highOffset = 66;
const scalesOffset = 74;

/**
 * Magnitudes from a grid of 1024 points of 8 elements: float16 unit, 32 bytes of index, 32 of signs, 8 with two more
 * bits of each index, then 4 bits of scale for every 16 elements.
 */
export const iq2_s: BlockFormat = {
  type: 'IQ2_S',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq2sGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let group = 0; group < 32; group++, to += 8) {
        const high = (bytes[block + highOffset + (group >> 2)]! >> (2 * (group & 3))) & 3;
        const index = bytes[block + 2 + group]! | (high << 8);
        writeSigned(grid, 8 * index, 8, bytes[block + signsOffset + group]!, codes, to);
      }
    }
  },
  readScales: (bytes, scales) => readPairedScales(bytes, blockBytes, scalesOffset, scales),
};
