import type { BlockFormat } from './block-format.ts';
import { readHalf } from './float16.ts';
import { iq1sGrid } from './iq-grids.ts';
import { zeroCode } from './iq-signs.ts';

const blockBytes = 50;
const highOffset = 34;

/**
 * -1, 0 and 1 from a grid of 2048 points of 8 elements, moved by an eighth: float16 unit, 32 bytes of index, then for
 * every 32 elements 4 times 3 more bits of index, 3 bits of scale, and the sign of the move. Codes count eighths.
 */
export const iq1_s: BlockFormat = {
  type: 'IQ1_S',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq1sGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let group = 0; group < 32; group++, to += 8) {
        const at = block + highOffset + 2 * (group >> 2);
        const word = bytes[at]! | (bytes[at + 1]! << 8);
        const index = bytes[block + 2 + group]! | (((word >> (3 * (group & 3))) & 7) << 8);
        writeMoved(grid, index, (word & 0x8000) !== 0, codes, to);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at);
      for (let part = 0; part < 8; part++, to++) {
        const scale = (bytes[at + highOffset + 2 * part + 1]! >> 4) & 7;
        scales[to] = (unit * (2 * scale + 1)) / 8;
      }
    }
  },
};

/** Writes 8 elements of a point, in eighths, one less or more. */
export function writeMoved(
  grid: Uint8Array,
  index: number,
  down: boolean,
  codes: Uint8Array,
  to: number,
): void {
  const offset = zeroCode - 8 + (down ? -1 : 1);
  for (let i = 0; i < 8; i++) codes[to + i] = 8 * grid[8 * index + i]! + offset;
}
