import { type ForwardRequest, InvalidArgumentError } from '@llamella/spec';

/** Most numbers in one result: 1 GiB of float32, a quarter of what WebAssembly can address. */
const MOST_LOGITS = 2 ** 28;

const logitChoices: readonly unknown[] = ['last', 'all', 'none'];

/** What a request has to fit. */
export interface RequestLimits {
  readonly vocabularySize: number;
  readonly capacity: number;
  readonly slots: number;
  /** Most logits of `top`; absent: there is no `top`. */
  readonly mostTopLogits: number | undefined;
}

/** @throws {InvalidArgumentError} naming the field that does not fit the vocabulary, the slots or the cache */
export function checkRequest(
  { slot, tokens, position, logits }: ForwardRequest,
  limits: RequestLimits,
): void {
  const { vocabularySize, capacity, slots, mostTopLogits } = limits;
  const refuse = (field: string, problem: string): never => {
    throw new InvalidArgumentError(field, problem);
  };
  if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
    refuse('slot', `must be a whole number below ${slots}, got ${slot}`);
  }
  if (tokens.length === 0) refuse('tokens', 'there must be at least one');
  if (!Number.isInteger(position) || position < 0 || position + tokens.length > capacity) {
    refuse(
      'position',
      `${tokens.length} tokens at ${position} do not fit into a cache of ${capacity} positions`,
    );
  }
  if (typeof logits === 'object' && mostTopLogits !== undefined) {
    const { top } = logits;
    if (!Number.isInteger(top) || top < 1 || top > mostTopLogits) {
      refuse('logits.top', `must be a whole number from 1 to ${mostTopLogits}, got ${top}`);
    }
  } else if (!logitChoices.includes(logits)) {
    refuse('logits', `must be one of ${logitChoices.join(', ')}; got ${JSON.stringify(logits)}`);
  }
  if (logits === 'all' && tokens.length * vocabularySize > MOST_LOGITS) {
    const most = Math.floor(MOST_LOGITS / vocabularySize);
    refuse('logits', `all of ${tokens.length} tokens are too many: ask for at most ${most} tokens at once`);
  }
  const wrong = tokens.findIndex((id) => id >= vocabularySize);
  if (wrong !== -1)
    refuse(`tokens[${wrong}]`, `${tokens[wrong]} is not in the vocabulary of ${vocabularySize}`);
}
