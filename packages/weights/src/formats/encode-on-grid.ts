import type { BlockEncode } from './block-format.ts';
import { fitOnGrid, type GridFit, type GridGroup } from './fit-on-grid.ts';
import { writeHalf } from './float16.ts';
import { nearestWithin } from './nearest-integer.ts';
import { outOfRange } from './out-of-range.ts';

/** What distinguishes IQ2 and IQ3 types. */
export interface GridLayout {
  readonly fit: GridFit;
  readonly blockBytes: number;
  /** Signs of 8 elements have an even number of ones, of which 7 are stored; otherwise 8 are. */
  readonly evenSigns: boolean;
  /** The mean square that is added to a value's own, in multiples. */
  readonly spread: 1 | 2;
  /** The weight of a value without importance; absent where ggml asks for importance. */
  readonly weigh?: (square: number, mean: number) => number;
  /** What the largest scale is multiplied with before it is stored. */
  readonly unitFactor: number;
  /** Stores a group; all bits are zero before. */
  readonly write: (
    bytes: Uint8Array,
    at: number,
    group: number,
    points: Uint16Array,
    signs: Uint8Array,
  ) => void;
  /** Stores the scale of a group, from 0 to 15. */
  readonly writeScale: (bytes: Uint8Array, at: number, group: number, scale: number) => void;
}

const round = Math.fround;
const blockLength = 256;

/** Quantizes blocks of 256 to points of a grid, as `quantize_iq2_*` and `quantize_iq3_*` of ggml do. */
export function encodeOnGrid(layout: GridLayout): BlockEncode {
  const { fit, blockBytes, spread } = layout;
  const { groupLength } = fit;
  const count = blockLength / groupLength;
  return (values, bytes, importance) => {
    const group: GridGroup = {
      magnitudes: new Float32Array(groupLength),
      weights: new Float32Array(groupLength),
      roots: new Float32Array(groupLength),
      points: new Uint16Array(groupLength / fit.lattice().length),
    };
    const signs = new Uint8Array(groupLength / 8);
    const scales = new Float32Array(count);
    for (let start = 0, at = 0; start < values.length; start += blockLength, at += blockBytes) {
      const mean = round(spread * meanSquare(values, start));
      let largest = 0;
      for (let index = 0; index < count; index++) {
        const from = start + index * groupLength;
        weighGroup(values, from, importance, mean, layout.weigh, group.weights);
        for (let i = 0; i < groupLength; i++) group.roots[i] = Math.sqrt(group.weights[i]!);
        takeSigns(layout.evenSigns, values, from, group, signs);
        let scale = fitOnGrid(fit, group);
        if (scale !== undefined) {
          if (scale < 0) {
            scale = -scale;
            for (let i = 0; i < signs.length; i++) signs[i]! ^= layout.evenSigns ? 127 : 255;
          }
          if (!(scale >= 0)) throw outOfRange();
          layout.write(bytes, at, index, group.points, signs);
        }
        scales[index] = scale ?? 0;
        largest = Math.max(largest, scales[index]!);
      }
      if (largest === 0) {
        if (layout.evenSigns) bytes.fill(0, at, at + blockBytes);
        continue;
      }
      const unit = round(largest / 31);
      writeHalf(bytes, at, round(unit * layout.unitFactor));
      const inverse = round(1 / unit);
      for (let index = 0; index < count; index++) {
        const position = round(round(inverse * scales[index]!) - 1) / 2;
        layout.writeScale(bytes, at, index, nearestWithin(position, 0, 15));
      }
    }
  };
}

/** Mean of the squares of a block of 256. */
export function meanSquare(values: Float32Array, start: number): number {
  let squares = 0;
  for (let i = start; i < start + blockLength; i++) squares = round(squares + round(values[i]! * values[i]!));
  return squares / blockLength;
}

/**
 * Writes the weights of a group in the sum of squared errors.
 *
 * @throws {InvalidArgumentError} when one is beyond float32
 */
export function weighGroup(
  values: Float32Array,
  from: number,
  importance: Float32Array | undefined,
  mean: number,
  weigh: ((square: number, mean: number) => number) | undefined,
  weights: Float32Array,
): void {
  for (let i = 0; i < weights.length; i++) {
    const square = round(values[from + i]! * values[from + i]!);
    weights[i] =
      importance === undefined
        ? weigh!(square, mean)
        : importance[(from + i) % importance.length]! * round(Math.sqrt(round(mean + square)));
    if (!(weights[i]! < Number.POSITIVE_INFINITY)) throw outOfRange();
  }
}

/** Splits values into magnitudes and signs. An odd number of signs becomes even at the value where that costs least. */
function takeSigns(
  even: boolean,
  values: Float32Array,
  from: number,
  { magnitudes, weights }: GridGroup,
  signs: Uint8Array,
): void {
  for (let first = 0; first < magnitudes.length; first += 8) {
    let bits = 0;
    let odd = false;
    let least = 0;
    let cost = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 8; i++) {
      const value = values[from + first + i]!;
      magnitudes[first + i] = value >= 0 ? value : -value;
      if (!(value >= 0)) {
        bits |= 1 << i;
        odd = !odd;
      }
      const own = round(round(weights[first + i]! * value) * value);
      if (own < cost) {
        cost = own;
        least = i;
      }
    }
    if (even && odd) {
      magnitudes[first + least] = -magnitudes[first + least]!;
      bits ^= 1 << least;
    }
    signs[first >> 3] = even ? bits & 127 : bits;
  }
}
