import type { BlockEncode, BlockFormat } from './block-format.ts';
import { e2m1Table, nearestE2M1 } from './mxfp4.ts';
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

export const encodeNvfp4: BlockEncode = (values, bytes) => {
  for (let start = 0, at = 0; start < values.length; start += 64, at += blockBytes) {
    for (let part = 0; part < 4; part++) {
      const from = start + 16 * part;
      let largest = 0;
      for (let i = from; i < from + 16; i++) largest = Math.max(largest, Math.abs(values[i]!));
      const stored = toE4M3(Math.fround(largest / 6));
      bytes[at + part] = stored;
      const scale = halfOfE4M3(stored);
      for (let i = 0; i < 8; i++) {
        const low = nearestE2M1(values[from + i]!, scale);
        bytes[at + 4 + 8 * part + i] = low | (nearestE2M1(values[from + 8 + i]!, scale) << 4);
      }
    }
  }
};

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Unsigned E4M3 of a number from 0, halves upwards. What rounds to 256 or more becomes 448, as in ggml. */
function toE4M3(value: number): number {
  if (value < 2 ** -6) return Math.min(7, Math.floor(Math.fround(Math.fround(value * 512) + 0.5)));
  float[0] = value;
  // The exponent moved, and half a last place added before the rest is cut off.
  const code = (bits[0]! - (120 << 23) + (1 << 19)) >>> 20;
  return code < 0x78 ? code : 0x7e;
}

/** Half the value: the table has twice the elements' values. */
function halfOfE4M3(bits: number): number {
  if (bits === 0x7f) return 0;
  const exponent = (bits >> 3) & 15;
  const mantissa = bits & 7;
  return exponent === 0 ? mantissa * 2 ** -10 : (8 + mantissa) * 2 ** (exponent - 11);
}
