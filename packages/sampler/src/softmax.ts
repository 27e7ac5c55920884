import type { Candidates } from './candidates.ts';
import { exponential, register } from './exponential.ts';
import { takeLogarithm } from './logarithm.ts';

/**
 * Writes into `candidates.total` the sum of `exp(logit - maximum)` over the candidates, in float64, and into
 * `candidates.entropy` the entropy of their softmax in nats. Both are fields, since a returned number may be allocated.
 */
export function summarize(candidates: Candidates): void {
  const { logits, count, maximum } = candidates;
  let total = 0;
  let moment = 0;
  for (let i = 0; i < count; i++) {
    const distance = logits[i]! - maximum;
    const weight = exponential(distance);
    if (weight === 0) continue;
    total += weight;
    moment += weight * distance;
  }
  candidates.total = total;
  register[0] = total;
  takeLogarithm();
  candidates.entropy = register[0]! - moment / total;
}

/** Sets `cut.threshold` to the logit of a token that is `register[0]` times as likely as the most likely one. */
export function cutByRatio(candidates: Candidates): void {
  takeLogarithm();
  candidates.cut.threshold = candidates.maximum + register[0]!;
  candidates.cut.ties = candidates.count;
}
