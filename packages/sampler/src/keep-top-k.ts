import { BLOCK, type Candidates, cutCandidates } from './candidates.ts';
import { heapThreshold } from './heap-threshold.ts';
import { radixThreshold } from './radix-threshold.ts';

const HEAP_LIMIT = 256;

/**
 * Keeps the `k` candidates with the largest logits; `0` keeps all. Of candidates equal to the k-th, those with the
 * lower ids stay, so that exactly `k` remain, or all of them with `keepTies`.
 *
 * Source: Fan et al., "Hierarchical Neural Story Generation", 2018. llama.cpp keeps `k` and leaves it open which of
 * equal ones; transformers keeps all that equal the k-th.
 */
export function keepTopK(candidates: Candidates, k: number, keepTies = false): void {
  const { logits, whole, blockMaxima, work, cut } = candidates;
  if (k === 0 || k >= candidates.count) return;
  if (k > HEAP_LIMIT) {
    cut.target = k;
    radixThreshold(candidates, 'one');
  } else {
    const blocks = Math.ceil(candidates.count / BLOCK);
    if (whole && k < blocks) {
      // The k-th largest of the blocks' maxima cannot be above the k-th largest logit: a first, cheap cut.
      heapThreshold(blockMaxima, blocks, k, work, cut);
      cut.ties = candidates.count;
      cutCandidates(candidates);
    }
    // Fewer than k are left when most logits are -Infinity.
    if (k < candidates.count) heapThreshold(logits, candidates.count, k, work, cut);
  }
  if (keepTies) cut.ties = candidates.count;
  cutCandidates(candidates);
}
