import { BLOCK, type Candidates } from './candidates.ts';
import { exponential } from './exponential.ts';
import { keepTopK } from './keep-top-k.ts';
import { logarithm } from './logarithm.ts';
import { summarize } from './softmax.ts';

/**
 * Divides the logits by `temperature`, after subtracting the largest, so that no temperature overflows: the largest
 * becomes 0. A constant added to all logits changes no probability.
 *
 * @param temperature above 0
 */
export function applyTemperature(candidates: Candidates, temperature: number): void {
  const { logits, count, maximum, whole, blockMaxima } = candidates;
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
  for (let i = 0; i < count; i++) if (logits[i]! > Number.NEGATIVE_INFINITY) possible++;
  if (possible <= 1) return;
  summarize(candidates);
  const share = Math.min(1, Math.max(0, candidates.entropy / logarithm(possible)));
  const lowest = Math.max(0, temperature - range);
  const power = exponent === 0 ? 1 : exponential(exponent * logarithm(share));
  const dynamic = lowest + (temperature + range - lowest) * power;
  if (dynamic > 0) applyTemperature(candidates, dynamic);
  else keepTopK(candidates, 1);
}
