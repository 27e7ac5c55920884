import type { BlockEncode, BlockFormat } from './block-format.ts';
import { writeHalf } from './float16.ts';
import { halfParameters } from './half-parameters.ts';
import { fitTable, iq4Table } from './iq4-table.ts';
import { unpackThroughTable, zeroCode } from './nibble-table.ts';
import { packNibbles } from './nibbles.ts';

const blockBytes = 18;

/** 4 bits that choose from a table of unevenly spaced integers: float16 scale, then nibbles as in Q4_0. */
export const iq4_nl: BlockFormat = {
  type: 'IQ4_NL',
  blockLength: 32,
  blockBytes,
  scaleLength: 32,
  codeBits: 8,
  zeroCode,
  hasMinimum: false,
  unpack(bytes, codes) {
    for (let at = 2, to = 0; to < codes.length; at += blockBytes, to += 32) {
      unpackThroughTable(bytes, at, iq4Table, codes, to);
    }
  },
  readScales: halfParameters(blockBytes),
};

export const encodeIq4Nl: BlockEncode = (values, bytes) => {
  const indices = new Uint8Array(32);
  for (let start = 0, at = 0; start < values.length; start += 32, at += blockBytes) {
    writeHalf(bytes, at, fitTable(values, start, 0, indices, 0));
    packNibbles(indices, bytes, at + 2);
  }
};
