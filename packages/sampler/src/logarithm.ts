import { register } from './exponential.ts';

/**
 * Puts the natural logarithm of `register[0]` there, with a relative error below 1e-15; -Infinity of 0, NaN of what is
 * below.
 *
 * It exists for the reason for which `exponential` does: `Math.log` may differ between JavaScript engines in its last
 * bit. Method: `x = m * 2^k` with m near 1, and the series of the area hyperbolic tangent for m.
 */
export function takeLogarithm(): void {
  let x = register[0]!;
  let k = 0;
  if (x > 0) {
    for (; x > Math.SQRT2; k++) x *= 0.5;
    for (; x < Math.SQRT1_2; k--) x *= 2;
    const s = (x - 1) / (x + 1);
    const q = s * s;
    let series = 0;
    for (let n = 21; n > 1; n -= 2) series = q * (series + 1 / n);
    register[0] = k * Math.LN2 + 2 * (s + s * series);
  } else register[0] = x === 0 ? -Infinity : NaN;
}

/** The natural logarithm of `x`, as `takeLogarithm`. */
export function logarithm(x: number): number {
  register[0] = x;
  takeLogarithm();
  return register[0]!;
}
