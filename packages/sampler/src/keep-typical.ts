import { type Candidates, cutCandidates, reserveWeights } from './candidates.ts';
import { lowerCut } from './cut-at-least.ts';
import { exponential, register } from './exponential.ts';
import { takeLogarithm } from './logarithm.ts';
import { radixThreshold } from './radix-threshold.ts';
import { summarize } from './softmax.ts';

/**
 * Keeps the candidates whose surprise `-ln p` is closest to the entropy, as many as it takes for their probabilities to
 * sum to `p`. This may drop the most likely one.
 *
 * Source: Meister et al., "Locally Typical Sampling", 2022. Of candidates equally close, the lowest ids stay, or all
 * of them with `keepTies`, as transformers has it; llama.cpp leaves it open.
 *
 * @param p in (0, 1]; `1` keeps all
 * @param minKeep least number of candidates to leave
 */
export function keepTypical(candidates: Candidates, p: number, minKeep = 1, keepTies = false): void {
  const { logits, count, maximum, work, cut } = candidates;
  if (p >= 1 || count === 1) return;
  summarize(candidates);
  // The logit that a token of exactly this entropy would have.
  register[0] = candidates.total;
  takeLogarithm();
  const typical = maximum + register[0]! - candidates.entropy;
  const weights = reserveWeights(candidates);
  for (let i = 0; i < count; i++) {
    work[i] = 0 - Math.abs(logits[i]! - typical);
    weights[i] = exponential(logits[i]! - maximum);
  }
  cut.target = p;
  radixThreshold(candidates, 'weights');
  if (keepTies) cut.ties = count;
  // How close they are once more, since the selection has overwritten it.
  for (let i = 0; i < count; i++) weights[i] = Math.fround(0 - Math.abs(logits[i]! - typical));
  if (minKeep > 1) lowerCut(candidates, weights, minKeep);
  let largest = -Infinity;
  for (let i = 0; i < count; i++) {
    if (weights[i]! < cut.threshold || (weights[i] === cut.threshold && cut.ties-- <= 0))
      logits[i] = -Infinity;
    else if (logits[i]! > largest) largest = logits[i]!;
  }
  candidates.maximum = largest;
  cut.threshold = -Infinity;
  cutCandidates(candidates);
}
