import type { Candidates } from './candidates.ts';

/**
 * Divides the logits by `temperature`, after subtracting the largest, so that no temperature overflows: the largest
 * becomes 0. A constant added to all logits changes no probability.
 *
 * @param temperature above 0
 */
export function applyTemperature(candidates: Candidates, temperature: number): void {
  const { logits, count, maximum } = candidates;
  for (let i = 0; i < count; i++) logits[i] = (logits[i]! - maximum) / temperature;
  candidates.maximum = 0;
}
