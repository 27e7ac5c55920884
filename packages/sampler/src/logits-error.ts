import { InvalidArgumentError } from '@llamella/spec';

export function notANumber(token: number): InvalidArgumentError {
  return new InvalidArgumentError(
    'logits',
    `the entry of token ${token} is NaN: the model's output is not usable`,
  );
}

export function positiveInfinity(token: number): InvalidArgumentError {
  return new InvalidArgumentError(
    'logits',
    `the entry of token ${token} is +Infinity, an overflow: probabilities are undefined`,
  );
}

export function noTokenLeft(logits: ArrayLike<number>): InvalidArgumentError {
  const problem =
    logits.length === 0
      ? 'there are none'
      : 'all that may be chosen are -Infinity: no token is left to choose from';
  return new InvalidArgumentError('logits', problem);
}
