import type { Candidates } from './candidates.ts';
import { exponential } from './exponential.ts';
import { logarithm } from './logarithm.ts';

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
  candidates.entropy = logarithm(total) - moment / total;
}

/** Sets `cut.threshold` to the logit of a token of probability `p`, in (0, 1]. Needs `candidates.total`. */
export function setThreshold(candidates: Candidates, p: number): void {
  candidates.cut.threshold = candidates.maximum + logarithm(p * candidates.total);
  candidates.cut.ties = candidates.count;
}
