import type { BlockFormat } from './block-format.ts';
import { readHalf } from './float16.ts';
import { iq2xsGrid } from './iq-grids.ts';
import { evenSigns, writeSigned, zeroCode } from './iq-signs.ts';

const blockBytes = 74;
const scalesOffset = 66;

/**
 * Magnitudes from a grid of 512 points of 8 elements: float16 unit, 32 times 9 bits of index and 7 signs, then 4 bits
 * of scale for every 16 elements.
 */
export const iq2_xs: BlockFormat = {
  type: 'IQ2_XS',
  blockLength: 256,
  blockBytes,
  scaleLength: 16,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    const grid = iq2xsGrid();
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let at = block + 2; at < block + scalesOffset; at += 2, to += 8) {
        const stored = bytes[at]! | (bytes[at + 1]! << 8);
        writeSigned(grid, 8 * (stored & 511), 8, evenSigns(stored >> 9), codes, to);
      }
    }
  },
  readScales: (bytes, scales) => readPairedScales(bytes, blockBytes, scalesOffset, scales),
};

/** Scales of IQ2_XS and IQ2_S: two of 4 bits to a byte, for 16 elements each. */
export function readPairedScales(
  bytes: Uint8Array,
  stride: number,
  offset: number,
  scales: Float32Array,
): void {
  for (let at = 0, to = 0; to < scales.length; at += stride) {
    const unit = readHalf(bytes, at);
    for (let part = 0; part < 16; part++, to++) {
      const scale = (bytes[at + offset + (part >> 1)]! >> (4 * (part & 1))) & 15;
      scales[to] = unit * (0.5 + scale) * 0.25;
    }
  }
}
