import type { Candidates } from './candidates.ts';
import { cutAtLeast } from './cut-at-least.ts';
import { register, takeExponential } from './exponential.ts';
import { cutByRatio, summarize } from './softmax.ts';

/**
 * Drops candidates less likely than `epsilon`; those as likely as the most likely one stay.
 *
 * Source: Hewitt et al., "Truncation Sampling as Language Model Desmoothing", 2022; as transformers.
 *
 * @param epsilon in [0, 1); `0` keeps all
 * @param minKeep least number of candidates to leave; all those equal to the last one stay too
 */
export function keepEpsilon(candidates: Candidates, epsilon: number, minKeep = 1): void {
  if (epsilon === 0) return;
  summarize(candidates);
  register[0] = epsilon;
  cutBelow(candidates, minKeep);
}

/**
 * Drops candidates less likely than the smaller of `epsilon` and `sqrt(epsilon) * exp(-entropy)`; those as likely as
 * the most likely one stay.
 *
 * Source: as `keepEpsilon`.
 *
 * @param epsilon in [0, 1); `0` keeps all
 * @param minKeep least number of candidates to leave; all those equal to the last one stay too
 */
export function keepEta(candidates: Candidates, epsilon: number, minKeep = 1): void {
  if (epsilon === 0) return;
  summarize(candidates);
  register[0] = -candidates.entropy;
  takeExponential();
  register[0] = Math.min(epsilon, Math.sqrt(epsilon) * register[0]!);
  cutBelow(candidates, minKeep);
}

/** Drops candidates less likely than `register[0]`. */
function cutBelow(candidates: Candidates, minKeep: number): void {
  register[0]! *= candidates.total;
  cutByRatio(candidates);
  cutAtLeast(candidates, minKeep, true);
}
