const SMALLEST = -745.2;
const STEPS = 64;
const STEPS_PER_UNIT = STEPS * Math.LOG2E;
// ln 2 / 64 in two parts; the first ends in 21 zero bits, so that multiplying it by an integer below 2^17 is exact.
const STEP_HIGH = 0.6931471803691238 / STEPS;
const STEP_LOW = 1.9082149292705877e-10 / STEPS;

/** Entry k is 2 to the power of -k, made by halving, which is exact. */
const POWERS = /* @__PURE__ */ (() => {
  const powers = new Float64Array(1080);
  for (let k = 0, power = 1; k < powers.length; k++, power /= 2) powers[k] = power;
  return powers;
})();

/** Entry j is 2 to the power of -j/64, a product of repeated square roots, which IEEE 754 rounds correctly. */
const ROOTS = /* @__PURE__ */ (() => {
  const roots = new Float64Array(STEPS).fill(1);
  for (let bit = STEPS / 2, root = Math.sqrt(0.5); bit >= 1; bit /= 2, root = Math.sqrt(root))
    for (let j = 0; j < STEPS; j++) if (j & bit) roots[j]! *= root;
  return roots;
})();

/**
 * e to the power of `x`, for `x <= 0`, with a relative error below 2e-15.
 *
 * It exists because `Math.exp` may differ between JavaScript engines in its last bit. This one uses only operations
 * whose results IEEE 754 fixes, so that a seed draws the same tokens everywhere. Method: `x = r - k ln 2 / 64` with
 * `|r| <= ln 2 / 128`, two tables for `k`, Taylor series for `r`.
 */
export function exponential(x: number): number {
  if (!(x > SMALLEST)) return 0;
  const k = (0.5 - x * STEPS_PER_UNIT) | 0;
  const r = x + k * STEP_HIGH + k * STEP_LOW;
  const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120)))));
  return series * ROOTS[k & (STEPS - 1)]! * POWERS[k >> 6]!;
}

/**
 * Argument and result of `takeExponential` and `takeLogarithm`. It exists since numbers that functions are given and
 * return are allocated, unless the engine inlines them, as it does with `exponential` in small functions.
 */
export const register: Float64Array = /* @__PURE__ */ new Float64Array(1);

/**
 * Puts e to the power of `register[0]` there, as `exponential`; above 0, where it may be Infinity, by the reciprocal.
 * The formula is here once more, since a call of `exponential` allocates in callers that are too large to inline it.
 */
export function takeExponential(): void {
  const x = -Math.abs(register[0]!);
  let result = 0;
  if (x > SMALLEST) {
    const k = (0.5 - x * STEPS_PER_UNIT) | 0;
    const r = x + k * STEP_HIGH + k * STEP_LOW;
    const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120)))));
    result = series * ROOTS[k & (STEPS - 1)]! * POWERS[k >> 6]!;
  }
  register[0] = register[0]! > 0 ? 1 / result : result;
}
