import { notANumber, positiveInfinity } from './logits-error.ts';
import { checkMask, nothingAllowed } from './mask.ts';

/**
 * The id of the largest logit among the tokens that `mask` allows; of equal ones, the first. It looks at no other
 * logit, and passes over 32 at once where a word of the mask is 0.
 *
 * @param logits float32 `[vocabularySize]`, left unchanged
 * @param mask uint32 `[ceil(vocabularySize / 32)]`; bit `id % 32` of entry `id >> 5` belongs to `id`
 * @throws {InvalidArgumentError} for a mask of another size or that allows nothing, and for NaN or +Infinity
 */
export function greedyMasked(logits: Float32Array, mask: Uint32Array): number {
  const { length } = logits;
  checkMask(mask, length);
  let best = Number.NEGATIVE_INFINITY;
  let token = -1;
  for (let start = 0; start < length; start += 32) {
    const bits = mask[start >> 5]! | 0;
    if (bits === 0) continue;
    const end = Math.min(start + 32, length);
    for (let i = start; i < end; i++) {
      const logit = logits[i]!;
      if (logit <= best || ((bits >>> (i - start)) & 1) === 0) continue;
      if (Number.isNaN(logit)) throw notANumber(i);
      best = logit;
      token = i;
    }
  }
  if (token < 0) throw nothingAllowed();
  if (best === Number.POSITIVE_INFINITY) throw positiveInfinity(token);
  return token;
}
