import { InvalidFileError } from '@llamella/spec';
import type { ScaledFormat } from '../formats/scaled-format.ts';
import { type ScaledLayout, storedScales } from '../formats/scaled-layout.ts';
import type { SmallFloat } from '../formats/small-floats.ts';
import type { PackPart } from './pack-initializer.ts';

/**
 * Floats of 8 bits as integers around 128. The unit of a block is a power of two, chosen so that its largest magnitude
 * is from 64 to 127 units: floats of that exponent and the next ones below are whole numbers of units, and smaller ones
 * are rounded. A largest magnitude that is a power of two itself, and that only one sign has, is 128 units: such a block
 * has a negative scale where the sign is positive, since -128 is the integer that there is.
 */
interface UnitTables {
  /** Codes to integers, for scales of either sign: uint8 `[units, 2, 256]` */
  readonly integers: Uint8Array;
  /** What codes without their sign are off by, in units: float32 `[units, 128]` */
  readonly errors: Float32Array;
}

const tables = new WeakMap<SmallFloat, UnitTables>();

/** The unit with index `index` of a format: a magnitude with that exponent field is 64 to 127 of it. */
function unitOf(format: SmallFloat, index: number): number {
  return 2 ** (index - 7 + format.leastExponent);
}

function unitTables(format: SmallFloat): UnitTables {
  const known = tables.get(format);
  if (known !== undefined) return known;
  const { values, largestCode, mantissaBits } = format;
  const units = (largestCode >> mantissaBits) + 1;
  const integers = new Uint8Array(units * 512);
  const errors = new Float32Array(units * 128);
  for (let index = 0; index < units; index++) {
    for (let code = 0; code <= largestCode; code++) {
      const exact = values[code]! / unitOf(format, index);
      if (exact > 128) break;
      const below = Math.floor(exact);
      const rest = exact - below;
      const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
      errors[index * 128 + code] = Math.abs(exact - rounded);
      // The integer 256 of the one magnitude of 128 units is never asked for: its block has the other sign.
      for (const sign of [0, 1]) {
        integers[index * 512 + sign * 256 + code] = 128 + (1 - 2 * sign) * rounded;
        integers[index * 512 + sign * 256 + 128 + code] = 128 - (1 - 2 * sign) * rounded;
      }
    }
  }
  const made = { integers, errors };
  tables.set(format, made);
  return made;
}

/**
 * Four times the index of a block's unit, plus 2 where its largest magnitude is 128 of them, plus 1 where its scale is
 * negative; -1 where a weight is not finite.
 */
function unitOfBlock(format: SmallFloat, codes: Uint8Array, start: number, end: number): number {
  let positive = 0;
  let negative = 0;
  for (let at = start; at < end; at++) {
    const code = codes[at]!;
    if (code < 128) {
      if (code > positive) positive = code;
    } else if (code - 128 > negative) negative = code - 128;
  }
  const largest = Math.max(positive, negative);
  if (largest > format.largestCode) return -1;
  const exponent = Math.max(1, largest >> format.mantissaBits);
  const powerOfTwo = largest >= 1 << format.mantissaBits && largest % (1 << format.mantissaBits) === 0;
  if (!powerOfTwo || positive === negative) return 4 * exponent;
  return 4 * (exponent - 1) + 2 + (positive > negative ? 1 : 0);
}

/** The units of a part's blocks as {@link unitOfBlock} gives them. @throws {InvalidFileError} for infinities and NaN */
function unitsOfRow(part: PackPart, format: SmallFloat, row: number, units: Int16Array): void {
  const { inputs, blockSize, bytes } = part;
  for (let block = 0, start = row * inputs; block < units.length; block++, start += blockSize) {
    units[block] = unitOfBlock(format, bytes, start, start + blockSize);
    if (units[block]! >= 0) continue;
    throw new InvalidFileError(
      { file: part.file },
      `tensor ${part.info.name}: row ${row} has a weight that is not finite; the file is damaged`,
    );
  }
}

/**
 * uint8 `[outputs, inputs/blockSize, blockSize]`
 *
 * @returns the largest error of a weight, in the longest step of its row: that of its largest float to the next
 */
export function packIntegers(
  part: PackPart,
  format: ScaledFormat,
  layout: ScaledLayout,
  target: Uint8Array,
): number {
  const { inputs, outputs, blockSize, bytes, firstOutput } = part;
  const { columns, scaleColumns, rows } = layout;
  const small = format.float!;
  const { integers, errors } = unitTables(small);
  const scales = storedScales(layout, bytes);
  const units = new Int16Array(inputs / blockSize);
  const sign = small.signBit - 1;
  let worst = 0;
  for (let row = 0; row < outputs; row++) {
    unitsOfRow(part, small, row, units);
    let farthest = 0;
    let longest = 0;
    let from = row * inputs;
    let to = (firstOutput + row) * inputs;
    const firstScale = Math.floor(row / rows) * scaleColumns;
    for (let block = 0; block < units.length; block++) {
      const unit = units[block]!;
      const table = ((unit >> 2) << 9) + ((unit & 1) << 8);
      const errorTable = (unit >> 2) << 7;
      let error = 0;
      for (const end = from + blockSize; from < end; from++, to++) {
        const code = bytes[from]!;
        target[to] = integers[table + code]!;
        const off = errors[errorTable + (code & sign)]!;
        if (off > error) error = off;
      }
      const scale = scaleColumns === 0 ? 1 : scales[firstScale + Math.floor((block * blockSize) / columns)]!;
      const length = Math.abs(scale) * unitOf(small, unit >> 2);
      farthest = Math.max(farthest, error * length);
      longest = Math.max(longest, length * 2 ** (6 - small.mantissaBits + ((unit >> 1) & 1)));
    }
    if (longest > 0) worst = Math.max(worst, farthest / longest);
  }
  return worst;
}

/** Multiplies the scales of packed blocks, float32 `[outputs, inputs/blockSize]`, with the units of their integers. */
export function applyUnits(part: PackPart, format: SmallFloat, scales: Float32Array): void {
  const blocks = part.inputs / part.blockSize;
  const units = new Int16Array(blocks);
  for (let row = 0; row < part.outputs; row++) {
    unitsOfRow(part, format, row, units);
    for (let block = 0; block < blocks; block++) {
      const unit = units[block]!;
      scales[row * blocks + block]! *= unitOf(format, unit >> 2) * (1 - 2 * (unit & 1));
    }
  }
}
