import { type Candidates, cutCandidates } from './candidates.ts';
import { register } from './exponential.ts';
import type { Random } from './random.ts';
import { cutByRatio, summarize } from './softmax.ts';

/**
 * XTC: with probability `probability`, drops all but the least likely of the candidates that are at least `threshold`
 * likely. Of equally likely ones, the highest id stays. Takes two numbers of `random`, unless there is one candidate.
 *
 * Source: llama.cpp, after p-e-w's "Exclude Top Choices", text-generation-webui pull request 6335.
 *
 * @param probability in [0, 1]; `0` changes nothing
 * @param threshold in [0, 1]; above 0.5 nothing changes
 * @param minKeep changes nothing where fewer candidates than this would be left
 */
export function excludeTopChoices(
  candidates: Candidates,
  probability: number,
  threshold: number,
  random: Random,
  minKeep = 1,
): void {
  const { logits, count, cut } = candidates;
  if (probability === 0 || threshold > 0.5 || count < 2) return;
  random.nextInto(register);
  if (register[0]! > probability) return;
  summarize(candidates);
  register[0] = threshold * candidates.total;
  cutByRatio(candidates);
  let likely = 0;
  let least = Infinity;
  let leastIndex = -1;
  for (let i = 0; i < count; i++) {
    const logit = logits[i]!;
    if (logit < cut.threshold || logit === -Infinity) continue;
    likely++;
    if (logit > least) continue;
    least = logit;
    leastIndex = i;
  }
  if (likely < 2 || count - likely + 1 < minKeep) return;
  for (let i = 0; i < count; i++) if (logits[i]! >= least && i !== leastIndex) logits[i] = -Infinity;
  candidates.maximum = least;
  cut.threshold = -Infinity;
  cutCandidates(candidates);
}
