import type { BlockEncode, BlockFormat } from './block-format.ts';
import { unpackThroughTable, zeroCode } from './nibble-table.ts';
import { packNibbles } from './nibbles.ts';

const round = Math.fround;
const blockBytes = 17;

/** Twice the values of E2M1 (OCP Microscaling Formats 1.0), with the sign in bit 3. */
export const e2m1Table: Int8Array = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/** 4-bit floating point: a byte with the exponent of a power of two, half of which is the scale, then nibbles as in Q4_0. */
export const mxfp4: BlockFormat = {
  type: 'MXFP4',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let at = 1, to = 0; to < codes.length; at += blockBytes, to += 32) {
      unpackThroughTable(bytes, at, e2m1Table, codes, to);
    }
  },
  readScales(bytes, scales) {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes, to++) scales[to] = 2 ** (bytes[at]! - 128);
  },
};

export const encodeMxfp4: BlockEncode = (values, bytes) => {
  const indices = new Uint8Array(32);
  for (let start = 0, at = 0; start < values.length; start += 32, at += blockBytes) {
    let largest = 0;
    for (let i = start; i < start + 32; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const exponent = largest > 0 ? Math.floor(round(Math.log2(largest))) - 2 + 127 : 0;
    bytes[at] = exponent;
    const scale = 2 ** (bytes[at]! - 128);
    for (let i = 0; i < 32; i++) indices[i] = nearestE2M1(values[start + i]!, scale);
    packNibbles(indices, bytes, at + 1);
  }
};

/** The first index with the smallest error. */
export function nearestE2M1(value: number, scale: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < 16; index++) {
    const error = Math.abs(round(round(e2m1Table[index]! * scale) - value));
    if (error < least) {
      least = error;
      best = index;
    }
  }
  return best;
}
