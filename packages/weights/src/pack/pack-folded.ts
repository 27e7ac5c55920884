import { allOne, allZero, foldedGrid, remainderForm } from './folded-grid.ts';
import type { PackPart } from './pack-initializer.ts';
import { joinNibbles } from './pack-quantized.ts';
import { partFormat } from './read-parameters.ts';
import { remainderBlocks } from './recipe-layout.ts';

/**
 * uint8 `[outputs, allBlocks, blockSize*bits/8]`: the codes of a row, then the digits of its remainders, filled up with
 * zeros to a whole block
 */
export function packFoldedQuantized(part: PackPart, target: Uint8Array): void {
  const { inputs, outputs, firstOutput, blockSize } = part;
  const { blockBytes, blockLength, unpack, scaleLength } = partFormat(part);
  const { added, bits } = rowLayout(part);
  const { digits, shifts } = foldedGrid(part);
  const form = remainderForm(bits);
  const sums = inputs / scaleLength;
  const rowBytes = (inputs / blockLength) * blockBytes;
  const row = new Uint8Array(inputs + added * blockSize).fill(form.zero, inputs);
  const codes = row.subarray(0, inputs);
  const words = new Uint32Array(row.buffer);
  const packedWords = new Uint32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  const packedBytes = (row.length * bits) / 8;
  for (let output = 0; output < outputs; output++) {
    unpack(part.bytes.subarray(output * rowBytes, (output + 1) * rowBytes), codes);
    shiftCodes(codes, shifts.subarray(output * sums, (output + 1) * sums), scaleLength);
    row.set(digits.subarray(output * sums * form.digits, (output + 1) * sums * form.digits), inputs);
    const to = (firstOutput + output) * packedBytes;
    if (bits === 8) target.set(row, to);
    else joinNibbles(words, packedWords, to >>> 2);
  }
}

function shiftCodes(codes: Uint8Array, shifts: Int16Array, scaleLength: number): void {
  for (let block = 0; block < shifts.length; block++) {
    const shift = shifts[block]!;
    if (shift === 0) continue;
    const start = block * scaleLength;
    const end = start + scaleLength;
    if (shift === allZero || shift === allOne) codes.fill(shift === allZero ? 0 : 1, start, end);
    else for (let at = start; at < end; at++) codes[at]! += shift;
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

/** uint8 `[outputs, allBlocks*bits/8]`; 4 bits are two to a byte, low first, each row padded to whole bytes */
export function packFoldedZeroPoints(part: PackPart, target: Uint8Array): void {
  const { blocks, repeats, added, bits } = rowLayout(part);
  const { zeroPoints } = foldedGrid(part);
  const { zero } = remainderForm(bits);
  const main = blocks * repeats;
  const rowBytes = Math.ceil(((main + added) * bits) / 8);
  for (let row = 0; row < part.outputs; row++) {
    const start = (part.firstOutput + row) * rowBytes;
    target.fill(bits === 8 ? zero : zero * 0x11, start, start + rowBytes);
    for (let at = 0; at < main; at++) {
      const point = zeroPoints[row * blocks + Math.floor(at / repeats)]!;
      if (bits === 8) target[start + at] = point;
      else {
        const to = start + (at >> 1);
        target[to] = at % 2 === 0 ? (target[to]! & 0xf0) | point : (target[to]! & 0x0f) | (point << 4);
      }
    }
  }
}

/** Scales of the format in a row, packed blocks that each is cut into, and blocks added for the remainders. */
function rowLayout(part: PackPart) {
  const { scaleLength } = partFormat(part);
  return {
    bits: part.recipe.bits!,
    blocks: part.inputs / scaleLength,
    repeats: scaleLength / part.blockSize,
    added: remainderBlocks(part.recipe, part.inputs, part.blockSize, scaleLength),
  };
}
