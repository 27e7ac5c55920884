import { InvalidFileError } from '@llamella/spec';
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
  /** Value of each unit: a magnitude with that exponent field is 64 to 127 of it. */
  readonly lengths: Float64Array;
}

const tables = new WeakMap<SmallFloat, UnitTables>();

function unitTables(format: SmallFloat): UnitTables {
  const known = tables.get(format);
  if (known !== undefined) return known;
  const { values, largestCode, mantissaBits } = format;
  const units = (largestCode >> mantissaBits) + 1;
  const lengths = Float64Array.from({ length: units }, (_, index) => 2 ** (index - 7 + format.leastExponent));
  const integers = new Uint8Array(units * 512);
  const errors = new Float32Array(units * 128);
  for (let index = 0; index < units; index++) {
    for (let code = 0; code <= largestCode; code++) {
      const exact = values[code]! / lengths[index]!;
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
  const made = { integers, errors, lengths };
  tables.set(format, made);
  return made;
}

/**
 * Four times the index of a block's unit, plus 2 where its largest magnitude is 128 of them, plus 1 where its scale is
 * negative; -1 where a weight is not finite.
 */
function unitOfBlock(
  format: SmallFloat,
  codes: Uint8Array,
  signed: Int8Array,
  start: number,
  end: number,
): number {
  // The sign is the top bit: as signed numbers the largest is a positive one, as unsigned numbers a negative one.
  let positive = 0;
  let negative = 128;
  for (let at = start; at < end; at++) {
    if (signed[at]! > positive) positive = signed[at]!;
    if (codes[at]! > negative) negative = codes[at]!;
  }
  negative -= 128;
  const largest = Math.max(positive, negative);
  if (largest > format.largestCode) return -1;
  const exponent = Math.max(1, largest >> format.mantissaBits);
  const powerOfTwo = largest >= 1 << format.mantissaBits && largest % (1 << format.mantissaBits) === 0;
  if (!powerOfTwo || positive === negative) return 4 * exponent;
  return 4 * (exponent - 1) + 2 + (positive > negative ? 1 : 0);
}

/** Units by the stored bytes that they are of: two initializers in a row are made of the same. */
const knownUnits = new WeakMap<Uint8Array, { readonly blockSize: number; readonly units: Int16Array }>();

/** The units of all blocks as {@link unitOfBlock} gives them. @throws {InvalidFileError} for infinities and NaN */
function unitsOf(part: PackPart, format: SmallFloat): Int16Array {
  const { inputs, outputs, blockSize, bytes } = part;
  const known = knownUnits.get(bytes);
  if (known?.blockSize === blockSize) return known.units;
  const units = new Int16Array((outputs * inputs) / blockSize);
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0, start = 0; block < units.length; block++, start += blockSize) {
    units[block] = unitOfBlock(format, bytes, signed, start, start + blockSize);
    if (units[block]! >= 0) continue;
    throw new InvalidFileError(
      { file: part.file },
      `tensor ${part.info.name}: row ${Math.floor(start / inputs)} has a weight that is not finite; the file is damaged`,
    );
  }
  knownUnits.set(bytes, { blockSize, units });
  return units;
}

/**
 * uint8 `[outputs, inputs/blockSize, blockSize]`
 *
 * @param scales of the blocks, float32 `[outputs, inputs/blockSize]`, before their units
 * @returns the largest error of a weight, in the longest step of its row: that of its largest float to the next
 */
export function packIntegers(
  part: PackPart,
  format: SmallFloat,
  scales: Float32Array,
  target: Uint8Array,
): number {
  const { inputs, outputs, blockSize, bytes } = part;
  const { integers, errors, lengths } = unitTables(format);
  const units = unitsOf(part, format);
  const blocks = inputs / blockSize;
  // Units in a step, where the largest magnitude is below 128 of them.
  const stepUnits = 2 ** (6 - format.mantissaBits);
  let to = part.firstOutput * inputs;
  let worst = 0;
  for (let row = 0, block = 0, from = 0; row < outputs; row++) {
    let farthest = 0;
    let longest = 0;
    for (const last = block + blocks; block < last; block++) {
      const unit = units[block]!;
      const table = ((unit >> 2) << 9) + ((unit & 1) << 8);
      const length = Math.abs(scales[block]!) * lengths[unit >> 2]!;
      // No weight is off by more than half a unit.
      if (length / 2 > farthest) {
        const error = largestError(errors, unit >> 2, bytes, from, from + blockSize);
        farthest = Math.max(farthest, error * length);
      }
      longest = Math.max(longest, length * stepUnits * (1 + ((unit >> 1) & 1)));
      for (const end = from + blockSize; from < end; from++, to++)
        target[to] = integers[table + bytes[from]!]!;
    }
    if (longest > 0) worst = Math.max(worst, farthest / longest);
  }
  return worst;
}

function largestError(
  errors: Float32Array,
  unit: number,
  codes: Uint8Array,
  start: number,
  end: number,
): number {
  let largest = 0;
  for (let at = start; at < end; at++) largest = Math.max(largest, errors[unit * 128 + (codes[at]! & 127)]!);
  return largest;
}

/** Multiplies the scales of packed blocks, float32 `[outputs, inputs/blockSize]`, with the units of their integers. */
export function applyUnits(part: PackPart, format: SmallFloat, scales: Float32Array): void {
  const { lengths } = unitTables(format);
  const units = unitsOf(part, format);
  for (let block = 0; block < units.length; block++) {
    const unit = units[block]!;
    scales[block]! *= lengths[unit >> 2]! * (1 - 2 * (unit & 1));
  }
}
