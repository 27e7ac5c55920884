import { idAt, reserveWeights } from './candidates.ts';
import { drawIndex } from './draw-token.ts';
import { exponential } from './exponential.ts';
import type { Draw } from './mirostat.ts';
import { summarize } from './softmax.ts';

/** Constants of llama.cpp: the width around the target, the logit there, and how fast logits fall from it. */
const WIDTH = 0.3;
const PEAK = 5;
const SHARPNESS = 10;

/**
 * Adaptive-p: draws candidates whose probability is near `target`, and moves the target against the average probability
 * of what was drawn. The result keeps the state of one sequence. It comes last: drop unlikely candidates before it.
 *
 * Source: llama.cpp, pull request 17927.
 *
 * @param target in [0, 1]
 * @param decay weight of the past in the average, in [0, 0.99]
 */
export function createAdaptiveP(target: number, decay: number): Draw {
  // The sum of probabilities of drawn tokens and of their weights in the average.
  const average = Float64Array.of(target / (1 - decay), 1 / (1 - decay));
  return (candidates, random) => {
    summarize(candidates);
    const { logits, count, maximum, total } = candidates;
    const weights = reserveWeights(candidates);
    const aim = Math.min(1, Math.max(0, 2 * target - average[0]! / average[1]!));
    let largest = -Infinity;
    for (let i = 0; i < count; i++) {
      const logit = logits[i]!;
      if (logit === -Infinity) continue;
      const probability = exponential(logit - maximum) / total;
      const distance = Math.abs(probability - aim) / WIDTH;
      weights[i] = probability;
      logits[i] = PEAK - (SHARPNESS * distance * distance) / (1 + distance);
      if (logits[i]! > largest) largest = logits[i]!;
    }
    candidates.maximum = largest;
    const index = drawIndex(candidates, random);
    average[0] = weights[index]! + decay * average[0]!;
    average[1] = 1 + decay * average[1]!;
    return idAt(candidates, index);
  };
}
