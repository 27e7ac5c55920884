import { InvalidFileError } from '@llamella/spec';
import { type ScaledFormat, scaledFormat } from '../formats/scaled-format.ts';
import { type ScaledLayout, scaledLayout, storedScales, storedZeroPoints } from '../formats/scaled-layout.ts';
import { applyUnits, packIntegers } from './integer-grid.ts';
import type { PackPart } from './pack-initializer.ts';

/** Integers are twice the values of E2M1, which are multiples of a half. */
const doubled = 2;

/**
 * Writes a part of a type with scales behind its elements.
 *
 * @returns on the grid `integers` the largest error of a weight, in the longest step of its row; otherwise `undefined`
 */
export function packScaled(part: PackPart, target: Uint8Array): number | undefined {
  const format = scaledFormat(part.info.type)!;
  const layout = scaledLayout(format, part.info.shape, part.info);
  switch (part.recipe.kind) {
    case 'quantized':
      return packElements(part, format, layout, target);
    case 'scales': {
      const scales = blockScales(part, format, layout);
      if (part.recipe.grid === 'integers') applyUnits(part, format.float!, scales);
      const first = (part.firstOutput * part.inputs) / part.blockSize;
      new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2).set(scales, first);
      return undefined;
    }
    default:
      packBlockZeroPoints(part, format, layout, target);
      return undefined;
  }
}

/** uint8 `[outputs, inputs/blockSize, blockSize*bits/8]`: unsigned codes as they are, E2M1 as integers around 128 */
function packElements(
  part: PackPart,
  format: ScaledFormat,
  layout: ScaledLayout,
  target: Uint8Array,
): number | undefined {
  const { bytes, firstOutput, inputs } = part;
  if (format.float === undefined) {
    target.set(bytes.subarray(0, layout.outputs * layout.rowBytes), firstOutput * layout.rowBytes);
    return undefined;
  }
  if (format.elementBits === 8) {
    return packIntegers(part, format.float, blockScales(part, format, layout), target);
  }
  const pairs = Uint16Array.from({ length: 256 }, (_, pair) => {
    const integer = (code: number) => 128 + doubled * format.values[code]!;
    return integer(pair & 15) | (integer(pair >> 4) << 8);
  });
  const count = layout.outputs * layout.rowBytes;
  const rows = new Uint16Array(target.buffer, target.byteOffset + firstOutput * inputs, count);
  for (let at = 0; at < count; at++) rows[at] = pairs[bytes[at]!]!;
  return undefined;
}

/** Which of a tensor's scales each packed block has, for one row. */
function groupsOfRow(
  { columns, scaleColumns }: ScaledLayout,
  blocks: number,
  blockSize: number,
): Uint32Array {
  return Uint32Array.from({ length: blocks }, (_, block) =>
    scaleColumns === 0 ? 0 : Math.floor((block * blockSize) / columns),
  );
}

/** The scales of the packed blocks: float32 `[outputs, inputs/blockSize]` */
function blockScales(part: PackPart, format: ScaledFormat, layout: ScaledLayout): Float32Array {
  const { outputs, blockSize, inputs } = part;
  const blocks = inputs / blockSize;
  const stored = storedScales(layout, part.bytes);
  checkFinite(part, stored);
  const factor = format.elementBits === 4 && format.float !== undefined ? 1 / doubled : 1;
  const scales = new Float32Array(outputs * blocks).fill(factor);
  if (stored.length === 0) return scales;
  const groups = groupsOfRow(layout, blocks, blockSize);
  for (let row = 0, to = 0; row < outputs; row++) {
    const first = Math.floor(row / layout.rows) * layout.scaleColumns;
    for (let block = 0; block < blocks; block++, to++) scales[to] = stored[first + groups[block]!]! * factor;
  }
  return scales;
}

function checkFinite({ file, info }: PackPart, scales: Float32Array): void {
  const bad = scales.findIndex((scale) => !Number.isFinite(scale));
  if (bad === -1) return;
  throw new InvalidFileError(
    { file },
    `tensor ${info.name}: scale ${bad} is ${scales[bad]}; the file is damaged`,
  );
}

/** uint8 `[outputs, ceil(inputs/blockSize*bits/8)]`; 4 bits are two to a byte, low first */
function packBlockZeroPoints(
  part: PackPart,
  format: ScaledFormat,
  layout: ScaledLayout,
  target: Uint8Array,
): void {
  const { outputs, firstOutput, blockSize, inputs } = part;
  const blocks = inputs / blockSize;
  const stored = storedZeroPoints(layout, part.bytes);
  checkZeroPoints(part, format, stored);
  const groups = groupsOfRow(layout, blocks, blockSize);
  const bits = format.float === undefined ? format.elementBits : 8;
  const zeroPoint = 2 ** (bits - 1);
  const rowBytes = Math.ceil((blocks * bits) / 8);
  for (let row = 0; row < outputs; row++) {
    const first = Math.floor(row / layout.rows) * layout.scaleColumns;
    const start = (firstOutput + row) * rowBytes;
    for (let block = 0; block < blocks; block++) {
      const point = stored?.[first + groups[block]!] ?? zeroPoint;
      if (bits === 8) target[start + block] = point;
      else if (block % 2 === 0) target[start + (block >> 1)] = point;
      else target[start + (block >> 1)]! |= point << 4;
    }
  }
}

function checkZeroPoints(
  { file, info }: PackPart,
  format: ScaledFormat,
  points: Uint8Array | undefined,
): void {
  const most = 2 ** format.elementBits - 1;
  const bad = points?.findIndex((point) => point > most) ?? -1;
  if (bad === -1) return;
  throw new InvalidFileError(
    { file },
    `tensor ${info.name}: zero point ${bad} is ${points![bad]}, above ${most}; the file is damaged`,
  );
}
