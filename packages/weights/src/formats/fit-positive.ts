import { nearestInteger } from './nearest-integer.ts';

const round = Math.fround;
const tenth = round(0.1);

/**
 * Finds the scale of magnitudes for codes from 0 to `largestCode`: the best of 9 rounding ranges, then single codes are
 * moved while that lowers the weighted error, in float32, in the order of `make_qp_quants` in ggml-quants.c. The values
 * may have a few negative ones among them, whose codes wrap around as there.
 */
export function fitPositive(values: Float32Array, weights: Float32Array, largestCode: number): number {
  const length = values.length;
  let largest = 0;
  for (let i = 0; i < length; i++) if (values[i]! > largest) largest = values[i]!;
  const codes = new Uint8Array(length);
  let inverse = round(largestCode / largest);
  let least = 0;
  for (let step = -5; step <= 4; step++) {
    // The first range comes alone, then the others without it.
    if (step === 0) continue;
    const first = step === -5;
    const tried = first ? inverse : round(round(round(tenth * step) + largestCode) / largest);
    const scale = round(1 / tried);
    let error = 0;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      const code = nearestInteger(round(tried * value));
      const stored = first ? code & 255 : Math.min(largestCode, code);
      const apart = round(value - round(scale * stored));
      error = round(error + round(round(weights[i]! * apart) * apart));
    }
    if (first) least = error;
    else if (error < least) {
      least = error;
      inverse = tried;
    }
  }

  let products = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const code = Math.min(largestCode, nearestInteger(round(inverse * values[i]!)));
    codes[i] = code;
    products = round(products + round(round(weights[i]! * values[i]!) * code));
    squares = round(squares + round(round(weights[i]! * code) * code));
  }
  for (let pass = 0, changed = true; pass < 5 && changed; pass++) {
    changed = false;
    for (let i = 0; i < length; i++) {
      const weight = weights[i]!;
      const weighted = round(weight * values[i]!);
      const code = codes[i]!;
      let otherProducts = round(products - round(weighted * code));
      let otherSquares = round(squares - round(round(weight * code) * code));
      if (!(otherProducts > 0 && otherSquares > 0)) continue;
      const better = Math.min(
        largestCode,
        nearestInteger(round(round(values[i]! * otherSquares) / otherProducts)),
      );
      if (better === code) continue;
      otherProducts = round(otherProducts + round(weighted * better));
      otherSquares = round(otherSquares + round(round(weight * better) * better));
      const after = round(round(otherProducts * otherProducts) * squares);
      if (after > round(round(products * products) * otherSquares)) {
        codes[i] = better;
        products = otherProducts;
        squares = otherSquares;
        changed = true;
      }
    }
  }
  return squares > 0 ? round(products / squares) : 0;
}
