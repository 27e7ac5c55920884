import { applyFineGrid, fineGrid } from './fine-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat, readParameters } from './read-parameters.ts';

const elementsAtOnce = 65_536;
/** MatMulNBits's default zero points for 8 and for 4 bits. */
const zeroPoint = 128;
const zeroNibble = 8;

/** uint8 `[outputs, inputs/blockSize, blockSize*bits/8]`, elements in order, the first in the lowest bits */
export function packQuantized(part: PackPart, target: Uint8Array): void {
  const size = (part.inputs * part.recipe.bits!) / 8;
  const rows = target.subarray(part.firstOutput * size, (part.firstOutput + part.outputs) * size);
  if (part.recipe.bits === 4) packNibblePairs(part, rows);
  else packBytes(part, rows);
}

function packBytes(part: PackPart, rows: Uint8Array): void {
  const format = partFormat(part);
  format.unpack(part.bytes, rows);
  if (part.recipe.grid === 'fine' && format.hasMinimum) {
    const { scales, minimums } = readParameters(part);
    applyFineGrid(format, fineGrid(format, scales, minimums!), scales, minimums!, rows, 0);
    return;
  }
  const words = new Uint32Array(rows.buffer, rows.byteOffset, rows.byteLength >>> 2);
  addToAll(words, zeroPoint - format.zeroCode);
}

/** Adds a number to all four bytes of all words; none overflows. */
function addToAll(words: Uint32Array, number: number): void {
  const addend = number * 0x01010101;
  if (number !== 0) for (let word = 0; word < words.length; word++) words[word]! += addend;
}

function packNibblePairs(part: PackPart, rows: Uint8Array): void {
  const format = partFormat(part);
  const { blockLength, blockBytes, hasMinimum, zeroCode } = format;
  const blocksAtOnce = elementsAtOnce / blockLength;
  const count = (rows.byteLength * 2) / blockLength;
  const codes = new Uint32Array((Math.min(blocksAtOnce, count) * blockLength) >>> 2);
  const packed = new Uint32Array(rows.buffer, rows.byteOffset, rows.byteLength >>> 2);
  let to = 0;
  for (let first = 0; first < count; first += blocksAtOnce) {
    const last = Math.min(first + blocksAtOnce, count);
    const words = codes.subarray(0, ((last - first) * blockLength) >>> 2);
    format.unpack(
      part.bytes.subarray(first * blockBytes, last * blockBytes),
      new Uint8Array(words.buffer, 0, words.byteLength),
    );
    if (!hasMinimum) addToAll(words, zeroNibble - zeroCode);
    joinNibbles(words, packed, to);
    to += words.length >>> 1;
  }
}

/** Packs 4-bit codes, one to a byte, two to a byte: the first in the low bits. Takes an even number of words. */
export function joinNibbles(codes: Uint32Array, packed: Uint32Array, to: number): void {
  for (let at = 0, place = to; at < codes.length; at += 2, place++) {
    packed[place] = joinPairs(codes[at]!) | (joinPairs(codes[at + 1]!) << 16);
  }
}

/** Four codes in the bytes of a word to 16 bits, the first lowest. */
function joinPairs(word: number): number {
  const pairs = word | (word >>> 4);
  return (pairs & 0xff) | ((pairs >>> 8) & 0xff00);
}
