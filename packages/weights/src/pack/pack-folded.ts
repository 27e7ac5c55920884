import { foldedGrid, remainderZero } from './folded-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { partFormat } from './read-parameters.ts';
import { recipeBlockSize, remainderBlocks } from './recipe-layout.ts';

/** Two codes of zero in a byte. */
const zeroPair = remainderZero * 0x11;

/**
 * uint8 `[outputs, allBlocks, blockSize/2]`: the codes of a row, then the first and the second digits of its
 * remainders, filled up with zeros to a whole block
 */
export function packFoldedQuantized(part: PackPart, target: Uint8Array): void {
  const { inputs, outputs, firstOutput } = part;
  const { blockBytes, unpack } = partFormat(part);
  const { blocks, blockSize, added } = rowLayout(part);
  const { digits } = foldedGrid(part);
  const addedBytes = (added * blockSize) / 2;
  const codes = new Uint8Array(inputs);
  let to = (firstOutput * (inputs + added * blockSize)) / 2;
  for (let row = 0; row < outputs; row++) {
    unpack(part.bytes.subarray(row * blocks * blockBytes, (row + 1) * blocks * blockBytes), codes);
    for (let at = 0; at < inputs; at += 2) target[to++] = codes[at]! | (codes[at + 1]! << 4);
    target.fill(zeroPair, to, to + addedBytes);
    for (let pair = 0; pair < blocks; pair++) {
      const from = 2 * (row * blocks + pair);
      target[to + pair] = digits[from]! | (digits[from + 1]! << 4);
    }
    to += addedBytes;
  }
}

/** float32 `[outputs, allBlocks]` */
export function packFoldedScales(part: PackPart, target: Uint8Array): void {
  const { blocks, repeats, added } = rowLayout(part);
  const { scales, remainderScales } = foldedGrid(part);
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  let to = part.firstOutput * (blocks * repeats + added);
  for (let row = 0; row < part.outputs; row++) {
    for (let at = 0; at < blocks * repeats; at++) {
      values[to++] = scales[row * blocks + Math.floor(at / repeats)]!;
    }
    values.fill(remainderScales[row]!, to, to + added);
    to += added;
  }
}

/** uint8 `[outputs, allBlocks/2]`, two to a byte, low first, each row padded to whole bytes */
export function packFoldedZeroPoints(part: PackPart, target: Uint8Array): void {
  const { blocks, repeats, added } = rowLayout(part);
  const { zeroPoints } = foldedGrid(part);
  const main = blocks * repeats;
  const rowBytes = Math.ceil((main + added) / 2);
  for (let row = 0; row < part.outputs; row++) {
    const start = (part.firstOutput + row) * rowBytes;
    target.fill(zeroPair, start, start + rowBytes);
    for (let at = 0; at < main; at++) {
      const to = start + (at >> 1);
      const zero = zeroPoints[row * blocks + Math.floor(at / repeats)]!;
      target[to] = at % 2 === 0 ? (target[to]! & 0xf0) | zero : (target[to]! & 0x0f) | (zero << 4);
    }
  }
}

/** Blocks of the format in a row, blocks that each is cut into, and blocks added for the remainders. */
function rowLayout(part: PackPart) {
  const { blockLength } = partFormat(part);
  const blockSize = recipeBlockSize(part.recipe);
  return {
    blocks: part.inputs / blockLength,
    blockSize,
    repeats: blockLength / blockSize,
    added: remainderBlocks(part.recipe, part.inputs),
  };
}
