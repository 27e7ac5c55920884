import { InvalidArgumentError } from '@llamella/spec';

/**
 * Why nothing can be chosen from `logits`.
 *
 * @param token whose entry is NaN or Infinity; none when there is no token left
 */
export function logitsError(logits: Float32Array, token = -1): InvalidArgumentError {
  return new InvalidArgumentError(
    'logits',
    token < 0
      ? 'no token is left to choose from: all are -Infinity'
      : `the entry of token ${token} is ${logits[token]}: the model's output is not usable`,
  );
}
