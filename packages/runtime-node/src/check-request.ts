import { type ForwardRequest, InvalidArgumentError } from '@llamella/spec';

/** Most numbers in one result: 4 GiB of float32. */
const MOST_LOGITS = 2 ** 30;

const logitChoices: readonly ForwardRequest['logits'][] = ['last', 'all', 'none'];

/**
 * Checks a request against the vocabulary and the cache.
 *
 * @throws {InvalidArgumentError} naming the field
 */
export function checkRequest(
  { tokens, position, logits }: ForwardRequest,
  { vocabularySize, capacity }: { readonly vocabularySize: number; readonly capacity: number },
): void {
  if (tokens.length === 0) throw new InvalidArgumentError('tokens', 'there must be at least one');
  if (!Number.isInteger(position) || position < 0 || position + tokens.length > capacity) {
    throw new InvalidArgumentError(
      'position',
      `${tokens.length} tokens at ${position} do not fit into a cache of ${capacity} positions`,
    );
  }
  if (!logitChoices.includes(logits)) {
    throw new InvalidArgumentError(
      'logits',
      `must be one of ${logitChoices.join(', ')}; got ${JSON.stringify(logits)}`,
    );
  }
  if (logits === 'all' && tokens.length * vocabularySize > MOST_LOGITS) {
    throw new InvalidArgumentError(
      'logits',
      `all of ${tokens.length} tokens would be ${tokens.length * vocabularySize} numbers: ask for at most ` +
        `${Math.floor(MOST_LOGITS / vocabularySize)} tokens at once`,
    );
  }
  for (const [index, id] of tokens.entries()) {
    if (id >= vocabularySize) {
      throw new InvalidArgumentError(
        `tokens[${index}]`,
        `${id} is not in the vocabulary of ${vocabularySize}`,
      );
    }
  }
}
