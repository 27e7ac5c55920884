import { type Candidates, cutCandidates } from './candidates.ts';
import { heapThreshold } from './heap-threshold.ts';

/**
 * `cutCandidates`, but leaves `minKeep` candidates, or one. Of equal ones, the lowest ids stay, or all of them with
 * `keepTies`.
 */
export function cutAtLeast(candidates: Candidates, minKeep: number, keepTies = false): void {
  if (minKeep > 1 || candidates.cut.threshold > candidates.maximum)
    lowerCut(candidates, candidates.logits, minKeep, keepTies);
  cutCandidates(candidates);
}

/** Lowers `candidates.cut`, which is one of `values`, where it would leave fewer than `minKeep`. */
export function lowerCut(
  { count, work, cut }: Candidates,
  values: Float32Array | Float64Array,
  minKeep: number,
  keepTies = false,
): void {
  const { threshold, ties } = cut;
  heapThreshold(values, count, Math.min(Math.max(minKeep, 1), count), work, cut);
  if (keepTies) cut.ties = count;
  if (threshold <= cut.threshold) {
    cut.ties = threshold < cut.threshold ? ties : Math.max(ties, cut.ties);
    cut.threshold = threshold;
  }
}
