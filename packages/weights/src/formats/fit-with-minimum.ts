import { nearestWithin } from './nearest-integer.ts';

/** How {@link fitWithMinimum} searches. */
export interface MinimumFit {
  readonly largestCode: number;
  /** Number of ranges tried after the first. */
  readonly steps: number;
  /** Largest codes that the ranges are scaled to: `largestCode + first + index * 0.1`. */
  readonly first: number;
  /** Whether errors are added as they are instead of squared. */
  readonly absolute: boolean;
}

const round = Math.fround;
const trial = new Uint8Array(32);
const tenth = round(0.1);

/**
 * Finds scale and minimum (never above 0) of `values[start...]` by weighted least squares over several rounding ranges,
 * in float32, in the order of `make_qkx2_quants` in ggml-quants.c.
 *
 * @param weights one per value; their number is that of the values
 * @param codes receives the codes at `start`
 * @param minimums receives the negated minimum at `index`
 * @returns the scale, 0 when all values are the minimum
 */
export function fitWithMinimum(
  fit: MinimumFit,
  values: Float32Array,
  start: number,
  weights: Float32Array,
  codes: Uint8Array,
  minimums: Float32Array,
  index: number,
): number {
  const { largestCode } = fit;
  const length = weights.length;
  const at = start & 255;
  let least = values[start]!;
  let most = least;
  let weightSum = weights[0]!;
  let valueSum = round(weightSum * least);
  for (let i = 1; i < length; i++) {
    const value = values[start + i]!;
    if (value < least) least = value;
    if (value > most) most = value;
    weightSum = round(weightSum + weights[i]!);
    valueSum = round(valueSum + round(weights[i]! * value));
  }
  if (least > 0) least = 0;
  if (most === least) {
    codes.fill(0, at, at + length);
    minimums[index] = -least;
    return 0;
  }
  let inverse = round(largestCode / round(most - least));
  let scale = round(1 / inverse);
  let minimum = least;
  for (let i = 0; i < length; i++) {
    codes[at + i] = nearestWithin(round(inverse * round(values[start + i]! - least)), 0, largestCode);
  }
  let bestError = errorOf(fit, values, start, weights, codes, at, scale, minimum);
  for (let step = 0; step <= fit.steps; step++) {
    const range = round(round(fit.first + round(tenth * step)) + largestCode);
    // The minimum is the best one so far, as in the reference.
    inverse = round(range / round(most - minimum));
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < length; i++) {
      const value = values[start + i]!;
      const code = nearestWithin(round(inverse * round(value - minimum)), 0, largestCode);
      trial[i] = code;
      const weighted = round(weights[i]! * code);
      sum = round(sum + weighted);
      squares = round(squares + round(weighted * code));
      products = round(products + round(weighted * value));
    }
    const determinant = round(round(weightSum * squares) - round(sum * sum));
    if (!(determinant > 0)) continue;
    let trialScale = round(round(round(weightSum * products) - round(valueSum * sum)) / determinant);
    let trialMinimum = round(round(round(squares * valueSum) - round(sum * products)) / determinant);
    if (trialMinimum > 0) {
      trialMinimum = 0;
      trialScale = round(products / squares);
    }
    const error = errorOf(fit, values, start, weights, trial, 0, trialScale, trialMinimum);
    if (error < bestError) {
      for (let i = 0; i < length; i++) codes[at + i] = trial[i]!;
      bestError = error;
      scale = trialScale;
      minimum = trialMinimum;
    }
  }
  minimums[index] = -minimum;
  return scale;
}

function errorOf(
  fit: MinimumFit,
  values: Float32Array,
  start: number,
  weights: Float32Array,
  codes: Uint8Array,
  at: number,
  scale: number,
  minimum: number,
): number {
  let error = 0;
  for (let i = 0; i < weights.length; i++) {
    const off = round(round(round(scale * codes[at + i]!) + minimum) - values[start + i]!);
    error = round(error + round(weights[i]! * (fit.absolute ? Math.abs(off) : round(off * off))));
  }
  return error;
}
