import { InvalidArgumentError } from '@llamella/spec';

/** @throws {InvalidArgumentError} naming the entry, when one of `tokens[start, end)` is not below `vocabularySize` */
export function checkTokens(
  tokens: ArrayLike<number>,
  start: number,
  end: number,
  vocabularySize: number,
  name = 'tokens',
): void {
  for (let i = start; i < end; i++) {
    if (tokens[i]! >= vocabularySize)
      throw new InvalidArgumentError(
        `${name}[${i}]`,
        `${tokens[i]} is not below ${vocabularySize}, the number of logits`,
      );
  }
}
