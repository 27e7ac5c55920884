import type { BlockEncode, BlockFormat } from './block-format.ts';
import { writeHalf } from './float16.ts';
import { halfParameters } from './half-parameters.ts';

const blockLength = 32;
const blockBytes = 34;

/** 8 bits: float16 scale, then 32 signed bytes. As codes they are unsigned around 128. */
export const q8_0: BlockFormat = {
  type: 'Q8_0',
  blockLength,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode: 128,
  hasMinimum: false,
  readScales: halfParameters(blockBytes),
  unpack(bytes, codes) {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
    const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.byteLength >>> 2);
    for (let at = 1, to = 0; to < words.length; at += blockBytes >>> 1, to += 8) {
      for (let index = 0; index < 8; index++) {
        words[to + index] = (halves[at + 2 * index]! | (halves[at + 2 * index + 1]! << 16)) ^ 0x80808080;
      }
    }
  },
};

export const encodeQ8_0: BlockEncode = (values, bytes) => {
  const round = Math.fround;
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += blockBytes) {
    let largest = 0;
    for (let index = start; index < start + blockLength; index++) {
      largest = Math.max(largest, Math.abs(values[index]!));
    }
    const scale = round(largest / 127);
    const inverse = scale === 0 ? 0 : round(1 / scale);
    writeHalf(bytes, at, scale);
    for (let index = 0; index < blockLength; index++) {
      const scaled = round(values[start + index]! * inverse);
      // Half away from zero, which Math.round is not for negative numbers.
      bytes[at + 2 + index] = scaled < 0 ? -Math.round(-scaled) : Math.round(scaled);
    }
  }
};
