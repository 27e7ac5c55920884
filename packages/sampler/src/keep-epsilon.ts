import { type Candidates, cutCandidates } from './candidates.ts';
import { exponential } from './exponential.ts';
import { keepAtLeast } from './keep-at-least.ts';
import { setThreshold, summarize } from './softmax.ts';

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
  setThreshold(candidates, epsilon);
  keepAtLeast(candidates, minKeep, true);
  cutCandidates(candidates);
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
  setThreshold(candidates, Math.min(epsilon, Math.sqrt(epsilon) * exponential(-candidates.entropy)));
  keepAtLeast(candidates, minKeep, true);
  cutCandidates(candidates);
}
