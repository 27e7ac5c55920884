import { BLOCK, type Candidates } from './candidates.ts';
import { register, takeExponential } from './exponential.ts';
import { keepTopK } from './keep-top-k.ts';
import { takeLogarithm } from './logarithm.ts';
import { summarize } from './softmax.ts';

/**
 * Divides the logits by `temperature`, after subtracting the largest, so that no temperature overflows: the largest
 * becomes 0. A constant added to all logits changes no probability.
 *
 * @param temperature above 0
 */
export function applyTemperature(candidates: Candidates, temperature: number): void {
  candidates.cut.target = temperature;
  divide(candidates);
}

/** Divides by `cut.target`, for `applyTemperature`. */
function divide(candidates: Candidates): void {
  const { logits, count, maximum, whole, blockMaxima } = candidates;
  const temperature = candidates.cut.target;
  for (let i = 0; i < count; i++) logits[i] = (logits[i]! - maximum) / temperature;
  if (whole)
    for (let i = 0; i * BLOCK < count; i++) blockMaxima[i] = (blockMaxima[i]! - maximum) / temperature;
  candidates.maximum = 0;
}

/**
 * Divides the logits by a temperature that rises with the entropy: from `temperature - range`, at least 0, where one
 * candidate has all the probability, to `temperature + range` where all have the same.
 *
 * Source: Zhu et al., "Hot or Cold? Adaptive Temperature Sampling", 2023, in llama.cpp's form, dynatemp.
 *
 * @param range 0 or more; `0` is `applyTemperature`
 * @param exponent of the entropy divided by its largest possible value; 0 or more
 */
export function applyDynamicTemperature(
  candidates: Candidates,
  temperature: number,
  range: number,
  exponent: number,
): void {
  if (range === 0) {
    applyTemperature(candidates, temperature);
    return;
  }
  const { logits, count } = candidates;
  let possible = 0;
  for (let i = 0; i < count; i++) if (logits[i]! > -Infinity) possible++;
  if (possible <= 1) return;
  summarize(candidates);
  register[0] = possible;
  takeLogarithm();
  register[0] = Math.min(1, Math.max(0, candidates.entropy / register[0]!));
  takeLogarithm();
  // 0 to the power of 0 is 1.
  register[0] = exponent === 0 ? 0 : exponent * register[0]!;
  takeExponential();
  const lowest = Math.max(0, temperature - range);
  candidates.cut.target = lowest + (temperature + range - lowest) * register[0]!;
  if (candidates.cut.target > 0) divide(candidates);
  else keepTopK(candidates, 1);
}
