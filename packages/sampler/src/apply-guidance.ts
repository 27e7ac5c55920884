import { checkLength } from './check-length.ts';
import { exponential } from './exponential.ts';
import { greedy } from './greedy.ts';
import { logarithm } from './logarithm.ts';

/**
 * Classifier-free guidance: moves the log probabilities of `logits` away from those of `unconditional`, in place:
 * `unconditional + scale * (conditional - unconditional)`. A token that is impossible in `logits` stays so.
 *
 * Source: Sanchez et al., "Stay on Topic with Classifier-Free Guidance", 2023; as transformers.
 *
 * @param unconditional float32 `[vocabularySize]`: logits of the same model without, or with a negative, prompt
 * @param scale `1` leaves the distribution as it is
 * @throws {InvalidArgumentError} when the sizes differ, or a row has no usable logits
 */
export function applyGuidance(logits: Float32Array, unconditional: Float32Array, scale: number): void {
  const { length } = logits;
  checkLength('unconditional', unconditional, length);
  const own = logSumExp(logits);
  const other = logSumExp(unconditional);
  for (let i = 0; i < length; i++) {
    if (logits[i] === -Infinity) continue;
    const base = unconditional[i]! - other;
    logits[i] = base === -Infinity ? logits[i]! - own : base + scale * (logits[i]! - own - base);
  }
}

/** Logarithm of the sum of the exponentials of `logits`, with the checks of `greedy`. */
export function logSumExp(logits: Float32Array): number {
  const maximum = logits[greedy(logits)]!;
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += exponential(logits[i]! - maximum);
  return maximum + logarithm(total);
}
