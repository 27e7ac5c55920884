import type { Candidates } from './candidates.ts';
import { heapThreshold } from './heap-threshold.ts';

/**
 * Lowers `candidates.cut` where it would leave fewer than `minKeep` candidates. Of equal ones, the lowest ids stay, or
 * all of them with `keepTies`.
 */
export function keepAtLeast(candidates: Candidates, minKeep: number, keepTies = false): void {
  const { logits, count, maximum, work, cut } = candidates;
  if (minKeep <= 1) {
    if (cut.threshold <= maximum) return;
    cut.threshold = maximum;
    cut.ties = keepTies ? count : 1;
    return;
  }
  const { threshold, ties } = cut;
  heapThreshold(logits, count, Math.min(minKeep, count), work, cut);
  if (keepTies) cut.ties = count;
  if (threshold < cut.threshold) {
    cut.threshold = threshold;
    cut.ties = ties;
  } else if (threshold === cut.threshold && ties > cut.ties) cut.ties = ties;
}
