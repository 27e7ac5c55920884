import type { BlockFormat } from './block-format.ts';
import { readHalf } from './float16.ts';
import { iq2xxsGrid } from './iq-grids.ts';
import { evenSigns, writeSigned, zeroCode } from './iq-signs.ts';

const blockBytes = 66;

/**
 * Magnitudes from a grid of 256 points of 8 elements: float16 unit, then for every 32 elements 4 indices, 4 times 7
 * signs, and 4 bits of scale.
 */
export const iq2_xxs: BlockFormat = {
  type: 'IQ2_XXS',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq2xxsGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let part = 0, at = block + 2; part < 8; part++, at += 8) {
        const signs = readWord(bytes, at + 4);
        for (let group = 0; group < 4; group++, to += 8) {
          writeSigned(grid, 8 * bytes[at + group]!, 8, evenSigns((signs >>> (7 * group)) & 127), codes, to);
        }
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      const unit = readHalf(bytes, at);
      for (let part = 0; part < 8; part++, to++) {
        scales[to] = unit * (0.5 + (bytes[at + 2 + 8 * part + 7]! >> 4)) * 0.25;
      }
    }
  },
};

/** The little-endian 32 bits at `at`. */
export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
