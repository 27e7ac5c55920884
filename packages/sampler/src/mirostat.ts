import { type Candidates, cutCandidates, idAt } from './candidates.ts';
import { drawIndex } from './draw-token.ts';
import { exponential } from './exponential.ts';
import { heapThreshold, sortHeap } from './heap-threshold.ts';
import { keepAtLeast } from './keep-at-least.ts';
import { keepTopK } from './keep-top-k.ts';
import { logarithm } from './logarithm.ts';
import type { Random } from './random.ts';
import { summarize } from './softmax.ts';

/** Chooses one of the candidates; may change them. */
export type Draw = (candidates: Candidates, random: Random) => number;

/** How many of the most likely tokens version 1 estimates the exponent of Zipf's law from. */
const ESTIMATED = 100;

/**
 * Mirostat: draws from so many of the most likely candidates that the surprise of the drawn tokens stays at `tau` bits.
 * The result keeps the state of one sequence.
 *
 * Source: Basu et al., "Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity", 2020; version 2
 * in the repository of that paper; constants as in llama.cpp.
 *
 * @param version `1` derives a top-k from an estimate of Zipf's law; `2` drops tokens of more than `mu` bits
 * @param tau surprise to aim at, in bits
 * @param eta how fast `mu`, which starts at `2 * tau`, follows what was observed
 */
export function createMirostat(version: 1 | 2, tau: number, eta: number): Draw {
  const mu = Float64Array.of(2 * tau);
  return (candidates, random) => {
    if (version === 1) keepTopK(candidates, zipfCount(candidates, mu));
    else {
      summarize(candidates);
      const { cut, maximum, total, count } = candidates;
      cut.threshold = maximum + logarithm(total) - mu[0]! * Math.LN2;
      cut.ties = count;
      keepAtLeast(candidates, 1);
      cutCandidates(candidates);
    }
    const index = drawIndex(candidates, random);
    const surprise = -logarithm(candidates.work[index]! / candidates.total) / Math.LN2;
    mu[0] = mu[0]! - eta * (surprise - tau);
    return idAt(candidates, index);
  };
}

/** How many tokens have a surprise of at most `mu[0]` bits together, were their probabilities those of Zipf's law. */
function zipfCount({ logits, count, size, work, cut }: Candidates, mu: Float64Array): number {
  const estimated = Math.min(ESTIMATED, count);
  heapThreshold(logits, count, estimated, work, cut);
  sortHeap(work, estimated);
  let products = 0;
  let squares = 0;
  for (let i = 0; i + 1 < estimated && work[i + 1]! > Number.NEGATIVE_INFINITY; i++) {
    const t = logarithm((i + 2) / (i + 1));
    products += t * (work[i]! - work[i + 1]!);
    squares += t * t;
  }
  const exponent = products / squares;
  const epsilon = exponent - 1;
  const rest = 1 - power(size, -epsilon);
  const k = power((epsilon * power(2, mu[0]!)) / rest, 1 / exponent);
  // NaN where there are too few tokens to estimate from.
  return k >= count ? count : k > 1 ? Math.floor(k) : 1;
}

/** `base` above 0 to the power of `exponent`. */
function power(base: number, exponent: number): number {
  const x = exponent * logarithm(base);
  return x > 0 ? 1 / exponential(-x) : exponential(x);
}
