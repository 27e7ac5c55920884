import { iq1sGrid } from './iq-grids.ts';
import { type Lattice, lazyLattice } from './lattice.ts';
import { outOfRange } from './out-of-range.ts';

const round = Math.fround;

/** The grid of IQ1_S and IQ1_M. */
export const ternaryLattice: () => Lattice = /* @__PURE__ */ lazyLattice(iq1sGrid, 8, 3);

/** -1, 0 and 1, moved up or down by an eighth. */
export const ternaryValues: readonly (readonly number[])[] = [
  [-0.875, 0.125, 1.125],
  [-1.125, -0.125, 0.875],
];

/** How the values of a group, in ascending order, fall into three levels. */
export interface Split {
  readonly scale: number;
  /** Where the second and the third level begin. */
  readonly first: number;
  readonly second: number;
  /** The moves: indices of {@link ternaryValues}, in a number with the last 8 elements in the lowest bit. */
  readonly moves: number;
}

/** Places of values in ascending order; of equal ones the first comes first. */
export function ascending(values: Float32Array): Uint8Array {
  const order = Uint8Array.from(values, (_, index) => index);
  for (let i = 1; i < order.length; i++) {
    const place = order[i]!;
    let to = i;
    for (; to > 0 && values[order[to - 1]!]! > values[place]!; to--) order[to] = order[to - 1]!;
    order[to] = place;
  }
  return order;
}

/**
 * Chooses points for a group whose levels are known, and the scale again if some were off the grid.
 *
 * @param levels 0, 1 or 2 for every value
 * @param points receives one index for 8 values
 */
export function snapToGrid(
  values: Float32Array,
  weights: Float32Array,
  levels: Uint8Array,
  { scale, moves }: Pick<Split, 'scale' | 'moves'>,
  points: Uint16Array,
): number {
  const lattice = ternaryLattice();
  let off = false;
  for (let point = 0; point < points.length; point++) {
    let place = 0;
    for (let i = 0; i < 8; i++) place |= levels[8 * point + i]! << (2 * i);
    let index = lattice.indexAt(place);
    if (index < 0) {
      off = true;
      index = closest(
        lattice,
        place,
        values,
        weights,
        8 * point,
        scale,
        movedValues(moves, point, points.length),
      );
    }
    points[point] = index;
  }
  if (!off) return scale;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const point = i >> 3;
    const level = lattice.levels[8 * points[point]! + (i & 7)]!;
    const value = movedValues(moves, point, points.length)[level]!;
    const weighted = round(weights[i]! * value);
    products = round(products + round(weighted * values[i]!));
    squares = round(squares + round(weighted * value));
  }
  return products > 0 && squares > 0 ? round(products / squares) : scale;
}

/** The values of the levels of 8 elements. */
export function movedValues(moves: number, point: number, count: number): readonly number[] {
  return ternaryValues[(moves >> (count - 1 - point)) & 1]!;
}

function closest(
  { levels, around }: Lattice,
  place: number,
  values: Float32Array,
  weights: Float32Array,
  from: number,
  scale: number,
  moved: readonly number[],
): number {
  let best = -1;
  let least = Number.MAX_VALUE;
  for (const candidate of around(place)) {
    let distance = 0;
    for (let i = 0; i < 8; i++) {
      const apart = round(round(scale * moved[levels[8 * candidate + i]!]!) - values[from + i]!);
      distance = round(distance + round(round(weights[from + i]! * apart) * apart));
    }
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  if (best < 0) throw outOfRange();
  return best;
}
