import type { PositionLogprobs, TokenLogprob } from '@llamella/spec';
import { checkInteger } from './check-integer.ts';
import { exponential } from './exponential.ts';
import { greedy } from './greedy.ts';
import { heapThreshold } from './heap-threshold.ts';

/**
 * The natural logarithms of probabilities under the model: `token`'s, and those of the `topCount` most likely tokens,
 * best first, equal ones by lower id. The softmax is summed in float64.
 *
 * @param logits float32 `[vocabularySize]` as the model returned them, left unchanged. A sampler overwrites its
 *   logits: call this before it.
 * @param topCount in [0, vocabularySize]
 * @throws {InvalidArgumentError} when `token` or `topCount` is out of range, the logits are empty, hold NaN or
 *   +Infinity, or are all -Infinity
 */
export function logprobs(logits: Float32Array, token: number, topCount: number): PositionLogprobs {
  const { length } = logits;
  const maximum = logits[greedy(logits)]!;
  checkInteger('token', token, 0, length - 1);
  checkInteger('topCount', topCount, 0, length);
  let total = 0;
  for (let i = 0; i < length; i++) total += exponential(logits[i]! - maximum);
  const logTotal = Math.log(total);
  const logprobOf = (id: number): TokenLogprob => ({ token: id, logprob: logits[id]! - maximum - logTotal });
  return { ...logprobOf(token), top: largestIds(logits, topCount).map(logprobOf) };
}

/** Ids of the `k` largest logits, best first, equal ones by lower id. */
function largestIds(logits: Float32Array, k: number): number[] {
  if (k === 0) return [];
  const cut = { threshold: 0, ties: 0 };
  heapThreshold(logits, logits.length, k, new Float32Array(k), cut);
  const ids: number[] = [];
  let { ties } = cut;
  for (let i = 0; i < logits.length; i++)
    if (logits[i]! > cut.threshold || (logits[i] === cut.threshold && ties-- > 0)) ids.push(i);
  // Equal ones stay in the order of their ids: the sort is stable.
  return ids.sort((a, b) => logits[b]! - logits[a]!);
}
