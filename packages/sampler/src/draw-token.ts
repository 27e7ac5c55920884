import type { Candidates } from './candidates.ts';
import { exponential } from './exponential.ts';
import type { Random } from './random.ts';

/**
 * Draws one candidate by its probability, the softmax of the logits over the candidates: float32
 * weights, summed in float64. Takes two
 * numbers of `random`, whatever the number of candidates.
 *
 * @returns the id of the token
 */
export function drawToken(candidates: Candidates, random: Random): number {
  const { logits, ids, count, whole, maximum, work } = candidates;
  let total = 0;
  for (let i = 0; i < count; i++) {
    work[i] = exponential(logits[i]! - maximum);
    total += work[i]!;
  }
  let rest = random.nextFloat() * total;
  let chosen = 0;
  for (let i = 0; i < count; i++) {
    const weight = work[i]!;
    if (weight === 0) continue;
    chosen = i;
    if ((rest -= weight) < 0) break;
  }
  return whole ? chosen : ids[chosen]!;
}
