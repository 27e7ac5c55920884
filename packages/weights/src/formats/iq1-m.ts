import type { BlockFormat } from './block-format.ts';
import { float16Values } from './float16.ts';
import { iq1sGrid } from './iq-grids.ts';
import { zeroCode } from './iq-signs.ts';
import { writeMoved } from './iq1-s.ts';

const blockBytes = 56;
const highOffset = 32;
const scalesOffset = 48;

/**
 * The grid of IQ1_S: 32 bytes of index, 32 nibbles with 3 more bits and the sign of the move, then 4 times four 3-bit
 * scales, for 16 elements each, with a quarter of the float16 unit above them.
 */
export const iq1_m: BlockFormat = {
  type: 'IQ1_M',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq1sGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let group = 0; group < 32; group++, to += 8) {
        const high = bytes[block + highOffset + (group >> 1)]! >> (4 * (group & 1));
        writeMoved(grid, bytes[block + group]! | ((high & 7) << 8), (high & 8) !== 0, codes, to);
      }
    }
  },
  readScales(bytes, scales) {
    const halves = float16Values();
    for (let at = scalesOffset, to = 0; to < scales.length; at += blockBytes) {
      const word = (index: number) => bytes[at + 2 * index]! | (bytes[at + 2 * index + 1]! << 8);
      let half = 0;
      for (let index = 0; index < 4; index++) half |= (word(index) >> 12) << (4 * index);
      const unit = halves[half]!;
      for (let part = 0; part < 16; part++, to++) {
        const scale = (word(part >> 2) >> (3 * (part & 3))) & 7;
        scales[to] = (unit * (2 * scale + 1)) / 8;
      }
    }
  },
};
