import type { Candidates } from './candidates.ts';
import { cutAtLeast } from './cut-at-least.ts';
import { register } from './exponential.ts';
import { cutByRatio } from './softmax.ts';

/**
 * Drops candidates less likely than `p` times the most likely one; a candidate exactly at the limit stays.
 *
 * Source: Nguyen et al., "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs", 2024; compares
 * logits with `maximum + ln p`, as llama.cpp does.
 *
 * @param p in [0, 1]; `0` keeps all
 * @param minKeep least number of candidates to leave
 */
export function keepMinP(candidates: Candidates, p: number, minKeep = 1): void {
  if (p === 0) return;
  register[0] = p;
  cutByRatio(candidates);
  cutAtLeast(candidates, minKeep);
}
