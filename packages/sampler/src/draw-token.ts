import { type Candidates, idAt } from './candidates.ts';
import { exponential, register } from './exponential.ts';
import type { Random } from './random.ts';

/**
 * Draws one candidate by its probability, the softmax of the logits over the candidates: float32 weights, summed in
 * float64. Takes two numbers of `random`, whatever the number of candidates.
 *
 * @returns the id of the token
 */
export function drawToken(candidates: Candidates, random: Random): number {
  return idAt(candidates, drawIndex(candidates, random));
}

/**
 * As `drawToken`.
 *
 * @returns the entry of the candidate; its weight is in that entry of `work`, and their sum in `total`
 */
export function drawIndex(candidates: Candidates, random: Random): number {
  weigh(candidates);
  const { count, work } = candidates;
  random.nextInto(register);
  let rest = register[0]! * candidates.total;
  let chosen = 0;
  for (let i = 0; i < count; i++) {
    const weight = work[i]!;
    if (weight === 0) continue;
    chosen = i;
    if ((rest -= weight) < 0) break;
  }
  return chosen;
}

/** Fills `work` with the exponentials of the logits less the largest, and `total` with their sum. */
export function weigh(candidates: Candidates): void {
  const { logits, count, maximum, work } = candidates;
  let total = 0;
  for (let i = 0; i < count; i++) {
    work[i] = exponential(logits[i]! - maximum);
    total += work[i]!;
  }
  candidates.total = total;
}

/** The id of the candidate with the largest logit; of equal ones, the lowest. Takes no number of the generator. */
export function takeMostLikely(candidates: Candidates): number {
  const { logits, maximum } = candidates;
  let index = 0;
  while (logits[index] !== maximum) index++;
  return idAt(candidates, index);
}
