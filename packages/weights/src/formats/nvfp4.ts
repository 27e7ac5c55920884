import type { BlockFormat } from './block-format.ts';
import { e2m1Table } from './mxfp4.ts';
import { unpackThroughTable, zeroCode } from './nibble-table.ts';

const blockBytes = 36;

/** 4-bit floating point with a scale in unsigned E4M3 for every 16 elements: 4 scales, then 4 times 8 bytes of nibbles. */
export const nvfp4: BlockFormat = {
  type: 'NVFP4',
  blockLength: 64,
  blockBytes,
  scaleLength: 16,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let block = 0, to = 0; to < codes.length; block += blockBytes) {
      for (let part = 0; part < 4; part++, to += 16) {
        unpackThroughTable(bytes, block + 4 + 8 * part, e2m1Table, codes, to, 8);
      }
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
      for (let part = 0; part < 4; part++, to++) scales[to] = halfOfE4M3(bytes[at + part]!);
    }
  },
};

/** Half the value: the table has twice the elements' values. */
function halfOfE4M3(bits: number): number {
  if (bits === 0x7f) return 0;
  const exponent = (bits >> 3) & 15;
  const mantissa = bits & 7;
  return exponent === 0 ? mantissa * 2 ** -10 : (8 + mantissa) * 2 ** (exponent - 11);
}
