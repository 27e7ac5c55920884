import { fitPositive } from './fit-positive.ts';
import type { Lattice } from './lattice.ts';
import { nearestWithin } from './nearest-integer.ts';
import { outOfRange } from './out-of-range.ts';

/** What distinguishes the searches of IQ2 and IQ3. */
export interface GridFit {
  readonly lattice: () => Lattice;
  /** Elements that share a scale. */
  readonly groupLength: 16 | 32;
  /** Levels of an element. */
  readonly levelCount: 3 | 8;
  /** Rounding ranges tried to each side, and how far they are apart. */
  readonly tries: number;
  readonly step: number;
  /** Below this magnitude a group counts as zeros; at 0 only zeros do. */
  readonly zeroBelow: number;
  /** Whether the ranges lie around the best scale off the grid, rather than the largest magnitude. */
  readonly startsOffGrid?: boolean;
  /** Which points are chosen again with the best scale: those off the grid, all if there is one, or all. */
  readonly again: 'off-grid' | 'all-if-one' | 'all';
}

/** Magnitudes of elements that share a scale. */
export interface GridGroup {
  readonly magnitudes: Float32Array;
  readonly weights: Float32Array;
  /** Square roots of the weights. */
  readonly roots: Float32Array;
  /** Receives the indices of points. */
  readonly points: Uint16Array;
}

const round = Math.fround;

/**
 * Finds points of a grid and the scale for a group by weighted least squares, in float32, in the order of
 * `quantize_row_iq2_*_impl` and `quantize_row_iq3_*_impl` in ggml-quants.c.
 *
 * @returns the scale, negative where the importance makes that better; `undefined` for zeros
 * @throws {InvalidArgumentError} when squares of values are beyond float32
 */
export function fitOnGrid(fit: GridFit, group: GridGroup): number | undefined {
  const { tries, step, levelCount, again } = fit;
  const { magnitudes, weights, points } = group;
  const lattice = fit.lattice();
  const odd = 2 * levelCount - 1;
  let range = magnitudes.reduce((most, value) => Math.max(most, value));
  if (range < fit.zeroBelow || range === 0) return undefined;
  let scale = round(range / odd);
  if (fit.startsOffGrid) {
    scale = fitPositive(magnitudes, weights, levelCount + 1);
    range = round(scale * levelCount);
    if (range <= 0) return undefined;
  }
  points.fill(0);
  const trial = new Uint16Array(points.length);
  const trialOff = new Uint8Array(points.length);
  const off = new Uint8Array(points.length).fill(again === 'off-grid' ? 0 : 1);
  let best = 0;
  for (let at = -tries; at <= tries; at++) {
    const inverse = round(round(odd + round(at * step)) / range);
    const tried = round(1 / inverse);
    for (let point = 0; point < trial.length; point++) {
      trialOff[point] = choose(lattice, levelCount, group, point, inverse, tried, trial);
    }
    const { products, squares } = correlate(lattice, magnitudes, weights, trial);
    if (squares > 0 && round(products * products) > round(best * squares)) {
      scale = round(products / squares);
      best = round(scale * products);
      points.set(trial);
      off.set(trialOff);
    }
  }
  if (scale > 0 && (again === 'all' || off.includes(1))) {
    const inverse = round(1 / scale);
    for (let point = 0; point < points.length; point++) {
      if (again !== 'off-grid' || off[point] === 1) {
        choose(lattice, levelCount, group, point, inverse, scale, points);
      }
    }
    const { products, squares } = correlate(lattice, magnitudes, weights, points);
    if (squares > 0) scale = round(products / squares);
  }
  return scale;
}

/** Sets the point for some elements. @returns 1 when it is not the one that their rounding gives */
function choose(
  { length, bits, levels, indexAt, around }: Lattice,
  levelCount: number,
  { magnitudes, roots }: GridGroup,
  point: number,
  inverse: number,
  scale: number,
  points: Uint16Array,
): number {
  const from = point * length;
  let place = 0;
  for (let i = 0; i < length; i++) {
    const position = round(round(inverse * magnitudes[from + i]!) - 1) / 2;
    place |= nearestWithin(position, 0, levelCount - 1) << (bits * i);
  }
  const index = indexAt(place);
  if (index >= 0) {
    points[point] = index;
    return 0;
  }
  let least = largestFloat;
  let best = -1;
  for (const candidate of around(place)) {
    let distance = 0;
    for (let i = 0; i < length; i++) {
      const level = 2 * levels[candidate * length + i]! + 1;
      const apart = round(round(scale * level) - magnitudes[from + i]!);
      distance = round(distance + round(round(roots[from + i]! * apart) * apart));
    }
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  if (best < 0) throw outOfRange();
  points[point] = best;
  return 1;
}

const largestFloat = round(3.4028234663852886e38);

function correlate(
  { length, levels }: Lattice,
  magnitudes: Float32Array,
  weights: Float32Array,
  points: Uint16Array,
): { products: number; squares: number } {
  let products = 0;
  let squares = 0;
  for (let i = 0; i < magnitudes.length; i++) {
    const level = 2 * levels[points[Math.floor(i / length)]! * length + (i % length)]! + 1;
    const weight = weights[i]!;
    products = round(products + round(round(weight * magnitudes[i]!) * level));
    squares = round(squares + round(round(weight * level) * level));
  }
  return { products, squares };
}
