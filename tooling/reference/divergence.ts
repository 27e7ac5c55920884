import type { GoldenPosition } from './read-golden.ts';

/** How far a model's prediction at one position is from the reference. */
export interface PositionDivergence {
  /** {@link klFromGolden}, in nats. */
  readonly kl: number;
  /** Probability that the reference gives to all tokens outside its stored top ones. */
  readonly restMass: number;
  /** Whether both find the same token most likely. */
  readonly topAgrees: boolean;
  /** Negative log-likelihood of the next token under the model, in nats. */
  readonly nll: number;
  /** The same under the reference. */
  readonly referenceNll: number;
}

/** Means over positions. */
export interface DivergenceSummary {
  readonly positions: number;
  readonly meanKl: number;
  readonly largestKl: number;
  readonly meanRestMass: number;
  /** Share of positions where both find the same token most likely, 0 to 1. */
  readonly topAgreement: number;
  readonly meanNll: number;
  readonly meanReferenceNll: number;
}

/**
 * Kullback-Leibler divergence KL(reference || model), in nats, on the partition {each stored top token, all others
 * together}.
 *
 * By the data-processing inequality this is at most the divergence over the whole vocabulary, which
 * {@link trueKl} computes. How close it comes depends on the mass outside the top tokens: see the README for figures,
 * and {@link PositionDivergence.restMass}. Use it to see that a change made things worse, not as the exact value.
 *
 * @param golden the reference's prediction
 * @param logits float32 `[vocabularySize]`, before softmax
 * @returns `NaN` when a logit is NaN; `Infinity` when the model rules out a token that the reference does not
 * @throws {RangeError} when a stored token is outside of `logits`
 */
export function klFromGolden(golden: GoldenPosition, logits: Float32Array): number {
  const shift = largest(logits);
  const inTop = new Set<number>(golden.topTokens);
  let sum = 0;
  let restSum = 0;
  for (let token = 0; token < logits.length; token++) {
    const weight = Math.exp(logits[token]! - shift);
    sum += weight;
    if (!inTop.has(token)) restSum += weight;
  }
  const logSum = Math.log(sum);
  let kl = divergenceTerm(golden.restLogMass, Math.log(restSum) - logSum);
  golden.topTokens.forEach((token, rank) => {
    kl += divergenceTerm(golden.topLogprobs[rank]!, logitOf(token, logits) - shift - logSum);
  });
  return kl;
}

/** Compares one position with the reference. Parameters and errors as in {@link klFromGolden}. */
export function compareWithGolden(golden: GoldenPosition, logits: Float32Array): PositionDivergence {
  const shift = largest(logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - shift);
  return {
    kl: klFromGolden(golden, logits),
    restMass: Math.exp(golden.restLogMass),
    topAgrees: logitOf(golden.topTokens[0]!, logits) === shift,
    nll: Math.log(sum) + shift - logitOf(golden.nextToken, logits),
    referenceNll: golden.nll,
  };
}

/** @throws {RangeError} when there is nothing to summarize */
export function summarizeDivergence(positions: Iterable<PositionDivergence>): DivergenceSummary {
  const all = [...positions];
  if (all.length === 0) throw new RangeError('no positions to summarize');
  const mean = (value: (position: PositionDivergence) => number) =>
    all.reduce((sum, position) => sum + value(position), 0) / all.length;
  return {
    positions: all.length,
    meanKl: mean((position) => position.kl),
    largestKl: all.reduce((most, { kl }) => (kl > most || Number.isNaN(kl) ? kl : most), -Infinity),
    meanRestMass: mean((position) => position.restMass),
    topAgreement: mean((position) => (position.topAgrees ? 1 : 0)),
    meanNll: mean((position) => position.nll),
    meanReferenceNll: mean((position) => position.referenceNll),
  };
}

/**
 * Kullback-Leibler divergence KL(reference || model) over the whole vocabulary, in nats, in float64. The float32
 * rounding of the reference's logarithms leaves an error of about 1e-7.
 *
 * @param referenceLogprobs natural logarithms of the reference's probabilities, `[vocabularySize]`
 * @param logits the model's logits, before softmax, same length
 * @throws {RangeError} when the lengths differ
 */
export function trueKl(referenceLogprobs: Float32Array, logits: Float32Array): number {
  if (referenceLogprobs.length !== logits.length)
    throw new RangeError(`logits: ${logits.length} values, the reference has ${referenceLogprobs.length}`);
  const shift = largest(logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - shift);
  const logSum = Math.log(sum) + shift;
  let kl = 0;
  for (let token = 0; token < logits.length; token++)
    kl += divergenceTerm(referenceLogprobs[token]!, logits[token]! - logSum);
  return kl;
}

function divergenceTerm(referenceLogprob: number, logprob: number): number {
  const probability = Math.exp(referenceLogprob);
  return probability === 0 ? 0 : probability * (referenceLogprob - logprob);
}

function largest(logits: Float32Array): number {
  let most = -Infinity;
  for (const logit of logits) {
    if (Number.isNaN(logit)) return Number.NaN;
    if (logit > most) most = logit;
  }
  return most;
}

function logitOf(token: number, logits: Float32Array): number {
  const logit = logits[token];
  if (logit === undefined) throw new RangeError(`logits: ${logits.length} values, none for token ${token}`);
  return logit;
}
