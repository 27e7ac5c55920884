import { codeWords, halfWords, setFields } from './bit-fields.ts';
import type { BlockEncode, BlockFormat } from './block-format.ts';
import { encodeKWithMinimum, type KLayout, weighByMagnitude } from './encode-k-with-minimum.ts';
import { packK4Scales, readK4Scales } from './k4-scales.ts';

const blockBytes = 144;
const scalesOffset = 4;
const codesOffset = 16;

const layout: KLayout = {
  fit: { largestCode: 15, steps: 20, first: -1, absolute: false },
  scaleLength: 32,
  largestScale: 63,
  blockBytes,
  offset: 0,
  weigh: weighByMagnitude,
  pack(codes, scales, minimums, bytes, at) {
    packK4Scales(scales, minimums, bytes, at + scalesOffset);
    packHalves(codes, bytes, at + codesOffset);
  },
};

/** 4 bits above a minimum, 32 elements per scale: units and scales as in `readK4Scales`, then 128 bytes of nibbles. */
export const q4_k: BlockFormat = {
  type: 'Q4_K',
  blockLength: 256,
  blockBytes,
  scaleLength: 32,
  codeBits: 4,
  zeroCode: 0,
  hasMinimum: true,
  unpack: (bytes, codes) => unpackHalves(bytes, codes, blockBytes, codesOffset),
  readScales: (bytes, scales, minimums) => readK4Scales(bytes, blockBytes, scales, minimums),
};

export const encodeQ4K: BlockEncode = (values, bytes) => encodeKWithMinimum(layout, values, bytes);

/** Nibbles of 256 elements in 128 bytes: each 32 bytes hold 32 elements in the low and the next 32 in the high ones. */
export function unpackHalves(bytes: Uint8Array, codes: Uint8Array, stride: number, offset: number): void {
  const halves = halfWords(bytes);
  const words = codeWords(codes);
  for (let at = offset >>> 1, to = 0; to < words.length; at += stride >>> 1, to += 64) {
    for (let group = 0; group < 8; group++) {
      setFields(halves, at + 16 * (group >> 1), 4 * (group & 1), 0x0f0f0f0f, words, to + 8 * group);
    }
  }
}

/** Packs the low nibbles of 256 codes, in the order that {@link unpackHalves} reads. */
export function packHalves(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 128; index++) {
    const from = 2 * (index & ~31) + (index & 31);
    bytes[at + index] = (codes[from]! & 15) | ((codes[from + 32]! & 15) << 4);
  }
}
