import { type Candidates, idAt } from './candidates.ts';
import { cutAtLeast } from './cut-at-least.ts';
import { drawIndex } from './draw-token.ts';
import { register, takeExponential } from './exponential.ts';
import { heapThreshold, sortHeap } from './heap-threshold.ts';
import { keepTopK } from './keep-top-k.ts';
import { takeLogarithm } from './logarithm.ts';
import type { Random } from './random.ts';
import { cutByRatio, summarize } from './softmax.ts';

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
      register[0] = -mu[0]! * Math.LN2;
      takeExponential();
      register[0]! *= candidates.total;
      cutByRatio(candidates);
      cutAtLeast(candidates, 1);
    }
    const index = drawIndex(candidates, random);
    register[0] = candidates.work[index]! / candidates.total;
    takeLogarithm();
    mu[0] = mu[0]! - eta * (-register[0]! / Math.LN2 - tau);
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
  for (let i = 0; i + 1 < estimated && work[i + 1]! > -Infinity; i++) {
    register[0] = (i + 2) / (i + 1);
    takeLogarithm();
    const t = register[0]!;
    products += t * (work[i]! - work[i + 1]!);
    squares += t * t;
  }
  const exponent = products / squares;
  const epsilon = exponent - 1;
  register[0] = size;
  takeLogarithm();
  register[0]! *= -epsilon;
  takeExponential();
  register[0] = epsilon / (1 - register[0]!);
  takeLogarithm();
  register[0] = (register[0]! + mu[0]! * Math.LN2) / exponent;
  takeExponential();
  const k = register[0]!;
  // NaN where there are too few tokens to estimate from.
  return Math.max(1, Math.min(count, k) | 0);
}
