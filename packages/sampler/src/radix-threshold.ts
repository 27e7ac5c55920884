import { type Candidates, GROUPS } from './candidates.ts';
import { exponential } from './exponential.ts';

/**
 * Finds where the largest candidates end that together weigh at least `cut.target`, without sorting, in time linear in
 * their number: three passes over 11, 11 and 10 bits of the logit, each over the group in which the previous one
 * found the end. The result is in `candidates.cut`.
 *
 * @param weighing `one`: a candidate weighs 1; `probability`: its probability, and `target` is in (0, 1]; `weights`:
 *   its entry in `candidates.weights`, `target` is in (0, 1] of their sum, and the largest are those of
 *   `candidates.work`, which the caller has filled
 */
export function radixThreshold(candidates: Candidates, weighing: 'one' | 'probability' | 'weights'): void {
  const { logits, work, workBits, weights, sums, maximum, cut } = candidates;
  const weighed = weighing === 'weights';
  const byProbability = weighing === 'probability';
  let { count } = candidates;
  let { target } = cut;
  // Adding 0 turns -0 into +0, so that equal logits have equal bits.
  if (!weighed) for (let i = 0; i < count; i++) work[i] = logits[i]! + 0;
  let above = 0;
  let weight = 1;
  for (let shift = 21; ; shift = Math.max(shift - 11, 0)) {
    sums.fill(0);
    for (let i = 0; i < count; i++) {
      const group = groupOf(workBits[i]!, shift);
      sums[group] =
        sums[group]! + (weighed ? weights[i]! : byProbability ? exponential(work[i]! - maximum) : 1);
    }
    if (shift === 21 && weighing !== 'one') {
      let total = 0;
      for (let group = 0; group < GROUPS; group++) total += sums[group]!;
      target *= total;
    }
    let chosen = -1;
    for (let group = GROUPS - 1; group >= 0; group--) {
      const sum = sums[group]!;
      if (sum === 0) continue;
      if (chosen >= 0) above += sums[chosen]!;
      chosen = group;
      if (above + sum >= target) break;
    }
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (groupOf(workBits[i]!, shift) !== chosen) continue;
      if (weighed) weights[kept] = weights[i]!;
      workBits[kept++] = workBits[i]!;
    }
    count = kept;
    weight = sums[chosen]! / count;
    if (shift === 0) break;
  }
  cut.threshold = work[0]!;
  cut.ties = Math.min(count, Math.max(1, Math.ceil((target - above) / weight))) | 0;
}

/** The bits of a float as an integer that orders like the float, shifted, of which the lower 11 bits count. */
function groupOf(bits: number, shift: number): number {
  const ordered = bits ^ ((bits >> 31) & 0x7fffffff) ^ 0x80000000;
  return (ordered >>> shift) & (GROUPS - 1);
}
