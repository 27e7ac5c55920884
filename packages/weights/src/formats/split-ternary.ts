import { type Split, ternaryValues } from './fit-ternary.ts';

const round = Math.fround;
const leastFloat = round(-3.4028234663852886e38);

/**
 * Tries all ways to split 32 sorted values into three levels, both moves each, in float32, in the order of
 * `quantize_row_iq1_s_impl` in ggml-quants.c.
 */
export function splitTogether(
  values: Float32Array,
  weights: Float32Array,
  order: Uint8Array,
): Split | undefined {
  const length = values.length;
  const products = new Float32Array(length + 1);
  const sums = new Float32Array(length + 1);
  for (const [at, index] of order.entries()) {
    products[at + 1] = products[at]! + round(weights[index]! * values[index]!);
    sums[at + 1] = sums[at]! + weights[index]!;
  }
  let found: Split | undefined;
  let best = leastFloat;
  for (let first = 0; first <= length; first++) {
    for (let second = first; second <= length; second++) {
      const middle = round(products[second]! - products[first]!);
      const upper = round(products[length]! - products[second]!);
      const middleSum = round(sums[second]! - sums[first]!);
      const upperSum = round(sums[length]! - sums[second]!);
      for (let move = 0; move < 2; move++) {
        const [a, b, c] = ternaryValues[move]! as [number, number, number];
        const product = round(round(round(products[first]! * a) + round(middle * b)) + round(upper * c));
        const square = round(
          round(round(round(sums[first]! * a) * a) + round(round(middleSum * b) * b)) +
            round(round(upperSum * c) * c),
        );
        if (square > 0 && round(product * product) > round(best * square)) {
          const scale = round(product / square);
          best = round(scale * product);
          found = { scale, first, second, moves: move === 0 ? 0 : 15 };
        }
      }
    }
  }
  return found;
}

/**
 * Tries all ways to split 16 sorted values into three levels, with both moves for each 8 of them, in float32, in the
 * order of `quantize_row_iq1_m_impl` in ggml-quants.c of November 2026. Versions before that added the terms of a split
 * one by one, which at times gives other points.
 */
export function splitByHalves(
  values: Float32Array,
  weights: Float32Array,
  order: Uint8Array,
): Split | undefined {
  const length = values.length;
  // For each half, sums of the values that come before a place in the order.
  const products = [new Float32Array(length + 1), new Float32Array(length + 1)] as const;
  const sums = [new Float32Array(length + 1), new Float32Array(length + 1)] as const;
  for (const [at, index] of order.entries()) {
    for (let half = 0; half < 2; half++) {
      const own = index >> 3 === half;
      products[half]![at + 1] = products[half]![at]! + (own ? round(weights[index]! * values[index]!) : 0);
      sums[half]![at + 1] = sums[half]![at]! + (own ? weights[index]! : 0);
    }
  }
  // By half and move.
  const product = new Float32Array(4);
  const square = new Float32Array(4);
  let found: Split | undefined;
  let best = leastFloat;
  for (let first = 0; first <= length; first++) {
    for (let second = first; second <= length; second++) {
      for (let half = 0; half < 2; half++) {
        const ofProducts = products[half]!;
        const ofSums = sums[half]!;
        const below = round(ofProducts[first]! + ofProducts[second]!);
        for (let move = 0; move < 2; move++) {
          const [a, b, c] = ternaryValues[move]! as [number, number, number];
          const all = round(round(ofSums[length]! * c) * c);
          product[2 * half + move] = round(ofProducts[length]! * c) - below;
          square[2 * half + move] =
            round(all + round(ofSums[first]! * (a * a - b * b))) + round(ofSums[second]! * (b * b - c * c));
        }
      }
      for (let moves = 0; moves < 4; moves++) {
        const bothProducts = round(product[moves >> 1]! + product[2 + (moves & 1)]!);
        const bothSquares = round(square[moves >> 1]! + square[2 + (moves & 1)]!);
        if (bothSquares > 0 && round(bothProducts * bothProducts) > round(best * bothSquares)) {
          const scale = round(bothProducts / bothSquares);
          best = round(scale * bothProducts);
          found = { scale, first, second, moves };
        }
      }
    }
  }
  return found;
}
