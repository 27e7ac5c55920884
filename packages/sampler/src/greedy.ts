import { logitsError } from './logits-error.ts';

/**
 * The id of the largest logit; of equal ones, the first.
 *
 * @param logits float32 `[vocabularySize]`, left unchanged
 * @throws {InvalidArgumentError} when the logits are empty, hold NaN or +Infinity, or are all -Infinity
 */
export function greedy(logits: Float32Array): number {
  let best = -Infinity;
  let token = -1;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    // Written so that NaN, for which every comparison is false, is caught by the one comparison.
    if (logit <= best) continue;
    if (Number.isNaN(logit)) throw logitsError(logits, i);
    best = logit;
    token = i;
  }
  if (token < 0) throw logitsError(logits);
  if (best === Infinity) throw logitsError(logits, token);
  return token;
}
