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
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const distance = logits[i]! - maximum;
    if (distance === -Infinity) continue;
    finite++;
    sum += distance;
    squares += distance * distance;
  }
  const mean = sum / finite;
  cut.threshold = maximum - n * Math.sqrt(Math.max(0, squares / finite - mean * mean));
  cut.ties = count;
  cutCandidates(candidates);
}
