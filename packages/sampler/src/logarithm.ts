/**
 * Natural logarithm with a relative error below 1e-15; -Infinity of 0, NaN of what is below.
 *
 * It exists for the reason for which `exponential` does: `Math.log` may differ between JavaScript engines in its last
 * bit. Method: `x = m * 2^k` with m near 1, and the series of the area hyperbolic tangent for m.
 */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  let k = 0;
  for (; x > Math.SQRT2; k++) x *= 0.5;
  for (; x < Math.SQRT1_2; k--) x *= 2;
  const s = (x - 1) / (x + 1);
  const q = s * s;
  const high =
    q * (1 / 9 + q * (1 / 11 + q * (1 / 13 + q * (1 / 15 + q * (1 / 17 + q * (1 / 19 + q / 21))))));
  return k * Math.LN2 + 2 * (s + s * q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + high))));
}
