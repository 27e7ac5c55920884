import { type Candidates, reserveWeights } from './candidates.ts';
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
  const { logits, ids, count, whole, maximum, work, cut } = candidates;
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
  let ties = keepTies ? count : cut.ties;
  cut.target = typical;
  if (minKeep > 1 && countCloser(candidates) + cut.ties < minKeep) {
    // Too few: the distances are made again, since the selection has overwritten them, and each weighs the same.
    for (let i = 0; i < count; i++) {
      work[i] = 0 - Math.abs(logits[i]! - typical);
      weights[i] = 1;
    }
    cut.target = Math.min(1, (minKeep - 0.5) / count);
    radixThreshold(candidates, 'weights');
    cut.target = typical;
    ties = Math.min(minKeep, count) - countCloser(candidates);
  }
  let kept = 0;
  const { threshold } = cut;
  let largest = -Infinity;
  for (let i = 0; i < count; i++) {
    const logit = logits[i]!;
    const closeness = Math.fround(0 - Math.abs(logit - typical));
    if (closeness < threshold || logit === -Infinity) continue;
    if (closeness === threshold && ties-- <= 0) continue;
    if (logit > largest) largest = logit;
    logits[kept] = logit;
    ids[kept++] = whole ? i : ids[i]!;
  }
  candidates.count = kept;
  candidates.whole = false;
  candidates.maximum = largest;
}

/** How many candidates are closer to the logit `cut.target` than the cut. */
function countCloser({ logits, count, cut }: Candidates): number {
  let found = 0;
  for (let i = 0; i < count; i++)
    if (Math.fround(0 - Math.abs(logits[i]! - cut.target)) > cut.threshold) found++;
  return found;
}
