import { nearestWithin } from './nearest-integer.ts';

const round = Math.fround;
const length = 16;
const tenth = round(0.1);

/** Below this magnitude ggml takes a group for zeros. */
export const zeroGroup = round(1e-15);

/** The value of 16 that is farthest from zero; 0 when all count as zeros. */
function farthest(values: Float32Array, start: number): number {
  let extreme = 0;
  for (let i = start; i < start + length; i++) {
    if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
  }
  return Math.abs(extreme) < zeroGroup ? 0 : extreme;
}

/**
 * Finds the scale of 16 values for codes from 0 to 63 around 32: the best of 19 rounding ranges by least squares with
 * the squares of the values as weights, in float32, in the order of `make_qx_quants` in ggml-quants.c.
 *
 * @param codes receives the codes at the same place in their block of 256
 * @returns the scale, 0 when all values are
 */
export function fitSixBits(values: Float32Array, start: number, codes: Uint8Array): number {
  const at = start & 255;
  const extreme = farthest(values, start);
  if (extreme === 0) {
    codes.fill(0, at, at + length);
    return 0;
  }
  let scale = 0;
  let best = 0;
  // The first range comes alone, then the others without it.
  for (let step = -10; step <= 9; step++) {
    if (step === 0) continue;
    const first = step === -10;
    const inverse = round(-(first ? 32 : round(32 + round(tenth * step))) / extreme);
    let products = 0;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const value = values[start + i]!;
      const code = nearestWithin(round(inverse * value), -32, 31);
      const weight = round(value * value);
      products = round(products + round(round(weight * value) * code));
      squares = round(squares + round(round(weight * code) * code));
      if (first) codes[at + i] = code + 32;
    }
    if (first) {
      scale = squares === 0 ? 0 : round(products / squares);
      best = round(scale * products);
    } else if (squares > 0 && round(products * products) > round(best * squares)) {
      for (let i = 0; i < length; i++) {
        codes[at + i] = nearestWithin(round(inverse * values[start + i]!), -32, 31) + 32;
      }
      scale = round(products / squares);
      best = round(scale * products);
    }
  }
  return scale;
}

/**
 * Finds the scale of 16 values for codes from 0 to 7 around 4: rounds, then moves single codes while that lowers the
 * weighted error, in float32, in the order of `make_q3_quants` in ggml-quants.c. Parameters as in {@link fitSixBits}.
 */
export function fitThreeBits(values: Float32Array, start: number, codes: Uint8Array): number {
  const at = start & 255;
  const extreme = farthest(values, start);
  if (extreme === 0) {
    codes.fill(0, at, at + length);
    return 0;
  }
  const inverse = round(-4 / extreme);
  let products = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const value = values[start + i]!;
    const code = nearestWithin(round(inverse * value), -4, 3);
    codes[at + i] = code + 4;
    const weight = round(value * value);
    products = round(products + round(round(weight * value) * code));
    squares = round(squares + round(round(weight * code) * code));
  }
  for (let pass = 0, changed = true; pass < 5 && changed; pass++) {
    changed = false;
    for (let i = 0; i < length; i++) {
      const value = values[start + i]!;
      const weight = round(value * value);
      const weighted = round(weight * value);
      const code = codes[at + i]! - 4;
      let otherProducts = round(products - round(weighted * code));
      if (!(otherProducts > 0)) continue;
      let otherSquares = round(squares - round(round(weight * code) * code));
      const moved = nearestWithin(round(round(value * otherSquares) / otherProducts), -4, 3);
      if (moved === code) continue;
      otherProducts = round(otherProducts + round(weighted * moved));
      otherSquares = round(otherSquares + round(round(weight * moved) * moved));
      const better =
        round(round(otherProducts * otherProducts) * squares) >
        round(round(products * products) * otherSquares);
      if (otherSquares > 0 && better) {
        codes[at + i] = moved + 4;
        products = otherProducts;
        squares = otherSquares;
        changed = true;
      }
    }
  }
  return squares > 0 ? round(products / squares) : 0;
}
