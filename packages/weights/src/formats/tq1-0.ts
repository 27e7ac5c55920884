import type { BlockEncode, BlockFormat } from './block-format.ts';
import { readHalf, writeHalf } from './float16.ts';
import { ternaryCode } from './ternary-code.ts';

const blockBytes = 54;
const scaleOffset = 52;

/** Where the elements lie: `[first byte, bytes, digits per byte]`; element `bytes * n + m` is digit n of byte m. */
const parts = [
  [0, 32, 5],
  [32, 16, 5],
  [48, 4, 4],
] as const;

/** -1, 0 or 1 times a float16 scale: five base-3 digits to a byte as a fraction of 256, highest digit first. */
export const tq1_0: BlockFormat = {
  type: 'TQ1_0',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 2,
  zeroCode: 1,
  hasMinimum: false,
  unpack(bytes, codes) {
    let to = 0;
    for (let at = 0; to < codes.length; at += blockBytes) {
      for (const [first, count, digits] of parts) {
        for (let digit = 0, power = 1; digit < digits; digit++, power *= 3) {
          for (let place = 0; place < count; place++) {
            codes[to++] = (((bytes[at + first + place]! * power) & 255) * 3) >> 8;
          }
        }
      }
    }
  },
  readScales: (bytes, scales) => {
    for (let at = 0, to = 0; to < scales.length; at += blockBytes, to += 8) {
      scales.fill(readHalf(bytes, at + scaleOffset), to, to + 8);
    }
  },
};

export const encodeTq1_0: BlockEncode = (values, bytes) => {
  for (let start = 0, at = 0; start < values.length; start += 256, at += blockBytes) {
    const { scale, code } = ternaryCode(values, start);
    writeHalf(bytes, at + scaleOffset, scale);
    let from = start;
    for (const [first, count, digits] of parts) {
      for (let place = 0; place < count; place++) {
        let number = 0;
        for (let digit = 0; digit < 5; digit++) {
          number = 3 * number + (digit < digits ? code(values[from + digit * count + place]!) : 0);
        }
        bytes[at + first + place] = Math.ceil((number * 256) / 243);
      }
      from += count * digits;
    }
  }
};
