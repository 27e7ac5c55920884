import type { Candidates } from './candidates.ts';
import { cutAtLeast } from './cut-at-least.ts';
import { radixThreshold } from './radix-threshold.ts';

/**
 * Keeps the smallest set of most likely candidates whose probabilities, taken over the candidates that are left, sum
 * to at least `p`; the candidate that reaches `p` belongs to it. At least one stays. Of equal ones, those with the
 * lower ids stay.
 *
 * Source: Holtzman et al., "The Curious Case of Neural Text Degeneration", 2019; same boundary as llama.cpp and
 * transformers.
 *
 * @param p in (0, 1]; `1` keeps all
 * @param minKeep least number of candidates to leave
 */
export function keepTopP(candidates: Candidates, p: number, minKeep = 1): void {
  if (p >= 1 || candidates.count === 1) return;
  candidates.cut.target = p;
  radixThreshold(candidates, 'probability');
  cutAtLeast(candidates, minKeep);
}
