import { type Candidates, cutCandidates } from './candidates.ts';

/**
 * Drops candidates whose logit is more than `n` standard deviations below the largest. Mean and deviation are those of
 * the candidates above -Infinity.
 *
 * Source: Tang et al., "Top-nσ: Not All Logits Are You Need", 2024; as llama.cpp, which divides by their number.
 *
 * @param n `0` keeps all
 */
export function keepTopNSigma(candidates: Candidates, n: number): void {
  const { logits, count, maximum, cut } = candidates;
  if (n === 0 || count === 1) return;
  let finite = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const logit = logits[i]!;
    if (logit === -Infinity) continue;
    sum += logit;
    finite++;
  }
  const mean = sum / finite;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const logit = logits[i]!;
    if (logit !== -Infinity) squares += (logit - mean) * (logit - mean);
  }
  cut.threshold = maximum - n * Math.sqrt(squares / finite);
  cut.ties = count;
  cutCandidates(candidates);
}
