import type { BlockEncode } from './block-format.ts';
import { meanSquare, weighGroup } from './encode-on-grid.ts';
import { ascending, movedValues, type Split, snapToGrid, ternaryLattice } from './fit-ternary.ts';
import { writeHalf } from './float16.ts';
import { nearestWithin } from './nearest-integer.ts';
import { outOfRange } from './out-of-range.ts';
import { splitByHalves, splitTogether } from './split-ternary.ts';

const round = Math.fround;
const blockLength = 256;

/** A group of values with points and a scale. */
interface Fitted {
  readonly scale: number;
  readonly moves: number;
}

/** Finds points, moves and scale of a group. @returns `undefined` for zeros */
function fitGroup(
  values: Float32Array,
  weights: Float32Array,
  zeroBelow: number,
  split: (values: Float32Array, weights: Float32Array, order: Uint8Array) => Split | undefined,
  points: Uint16Array,
): Fitted | undefined {
  if (values.every((value) => Math.abs(value) < zeroBelow)) return undefined;
  const order = ascending(values);
  const found = split(values, weights, order);
  if (found === undefined) return undefined;
  const flip = found.scale < 0;
  const levels = new Uint8Array(values.length);
  for (const [at, index] of order.entries()) {
    const level = at < found.first ? 0 : at < found.second ? 1 : 2;
    levels[index] = flip ? 2 - level : level;
  }
  const moves = flip ? ~found.moves & ((1 << points.length) - 1) : found.moves;
  const scale = snapToGrid(values, weights, levels, { scale: Math.abs(found.scale), moves }, points);
  if (!(scale >= 0)) throw outOfRange();
  return { scale, moves };
}

/** A scale in units, from 0 to 7. */
const scaleCode = (inverse: number, scale: number) =>
  nearestWithin(round(round(inverse * scale) - 1) / 2, 0, 7);

/** Quantizes to IQ1_S as `quantize_iq1_s` of ggml does. */
export const encodeIq1S: BlockEncode = (values, bytes, importance) => {
  const weights = new Float32Array(32);
  const points = new Uint16Array(4);
  const groups = new Array<Fitted | undefined>(8);
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += 50) {
    const mean = 2 * meanSquare(values, start);
    let largest = 0;
    for (let index = 0; index < 8; index++) {
      const from = start + 32 * index;
      weighGroup(values, from, importance, mean, undefined, weights);
      const group = values.subarray(from, from + 32);
      const fitted = fitGroup(group, weights, round(1e-12), splitTogether, points);
      groups[index] = fitted;
      if (fitted === undefined) continue;
      let high = 0;
      for (let point = 0; point < 4; point++) {
        bytes[at + 2 + 4 * index + point] = points[point]!;
        high |= (points[point]! >> 8) << (3 * point);
      }
      bytes[at + 34 + 2 * index] = high;
      bytes[at + 35 + 2 * index] = high >> 8;
      largest = Math.max(largest, fitted.scale);
    }
    if (largest === 0) continue;
    const unit = round(largest / 15);
    writeHalf(bytes, at, round(unit * 1.125));
    const inverse = round(1 / unit);
    for (const [index, fitted] of groups.entries()) {
      const code = scaleCode(inverse, fitted?.scale ?? 0) | (fitted?.moves ? 8 : 0);
      bytes[at + 35 + 2 * index]! |= code << 4;
    }
  }
};

/** Quantizes to IQ1_M as `quantize_iq1_m` of ggml does. */
export const encodeIq1M: BlockEncode = (values, bytes, importance) => {
  const weights = new Float32Array(blockLength);
  const points = new Uint16Array(32);
  const groups = new Array<Fitted | undefined>(16);
  const { levels } = ternaryLattice();
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += 56) {
    const mean = 2 * meanSquare(values, start);
    weighGroup(values, start, importance, mean, (square) => square, weights);
    points.fill(0);
    let largest = 0;
    for (let index = 0; index < 16; index++) {
      const from = 16 * index;
      groups[index] = fitGroup(
        values.subarray(start + from, start + from + 16),
        weights.subarray(from, from + 16),
        round(1e-7),
        splitByHalves,
        points.subarray(2 * index, 2 * index + 2),
      );
      largest = Math.max(largest, groups[index]?.scale ?? 0);
    }
    for (const [index, point] of points.entries()) {
      bytes[at + index] = point;
      bytes[at + 32 + (index >> 1)]! |= (point >> 8) << (4 * (index & 1));
    }
    if (largest === 0) continue;
    const inverse = round(1 / round(largest / 15));
    let products = 0;
    let squares = 0;
    for (const [index, fitted] of groups.entries()) {
      const { scale, moves } = fitted ?? { scale: 0, moves: 0 };
      const code = scaleCode(inverse, scale);
      const word = code << (3 * (index & 3));
      bytes[at + 48 + 2 * (index >> 2)]! |= word;
      bytes[at + 49 + 2 * (index >> 2)]! |= word >> 8;
      bytes[at + 32 + index]! |= ((moves & 2) << 2) | ((moves & 1) << 7);
      for (let i = 0; i < 16; i++) {
        const element = 16 * index + i;
        const level = levels[8 * points[element >> 3]! + (i & 7)]!;
        const value = movedValues(moves, i >> 3, 2)[level]! * (2 * code + 1);
        const weighted = round(weights[element]! * value);
        products = round(products + round(weighted * values[start + element]!));
        squares = round(squares + round(weighted * value));
      }
    }
    const unit = squares > 0 ? round(products / squares) : round(largest / 15);
    const half = new Uint8Array(2);
    writeHalf(half, 0, round(unit * round(1.1125)));
    for (let index = 0; index < 4; index++) {
      bytes[at + 49 + 2 * index]! |= ((half[index >> 1]! >> (4 * (index & 1))) & 15) << 4;
    }
  }
};
