import { InvalidArgumentError, type Sampler } from '@llamella/spec';
import { checkLength } from './check-length.ts';
import type { Random } from './random.ts';

/** What became of drafted tokens. */
export interface Verification {
  /** How many of the drafted tokens are taken, from the first. */
  readonly accepted: number;
  /** The token after them: what the target has instead of the next drafted one, or after the last. */
  readonly token: number;
}

/** Probabilities of one position, one per token of the vocabulary, that sum to 1. */
type Distribution = Float32Array | Float64Array;

/**
 * Speculative sampling of one token: takes the drafted `token` with probability `min(1, target / draft)`, otherwise
 * draws from what the target has in excess of the draft. The result is distributed as the target, whatever the draft.
 *
 * Source: Leviathan et al., "Fast Inference from Transformers via Speculative Decoding", 2023, algorithm 1.
 *
 * @param target what the sampler of the target model would draw from; see `probabilities`
 * @param draft what `token` was drawn from
 * @returns `token` when it is taken, and only then
 * @throws {InvalidArgumentError} when the sizes differ, or `token` has no probability in `draft`
 */
export function acceptToken(
  target: Distribution,
  draft: Distribution,
  token: number,
  random: Random,
): number {
  const { length } = target;
  checkLength('draft', draft, length, ' as the target');
  if (!(draft[token]! > 0))
    throw new InvalidArgumentError('token', `${token} has no probability in the draft`);
  if (random.nextFloat() * draft[token]! < target[token]!) return token;
  let excess = 0;
  for (let i = 0; i < length; i++) excess += Math.max(0, target[i]! - draft[i]!);
  // Only rounding rejects a token where the two are equal.
  if (!(excess > 0)) return token;
  let rest = random.nextFloat() * excess;
  let chosen = token;
  for (let i = 0; i < length; i++) {
    const weight = target[i]! - draft[i]!;
    if (!(weight > 0)) continue;
    chosen = i;
    if ((rest -= weight) < 0) break;
  }
  return chosen;
}

/**
 * Speculative sampling of a row of drafted tokens. The tokens that are taken, and the one after them, are distributed as
 * if they had been drawn from the targets one by one.
 *
 * @param targets one more than there are tokens: after the context, and after each drafted token
 * @param drafts one for each token: what it was drawn from
 * @throws {InvalidArgumentError} as `acceptToken`, and for another number of distributions
 */
export function verifySampled(
  targets: readonly Distribution[],
  drafts: readonly Distribution[],
  tokens: ArrayLike<number>,
  random: Random,
): Verification {
  const { length } = tokens;
  checkLength('drafts', drafts, length, ', one per token');
  checkLength('targets', targets, length + 1, ', one more than there are tokens');
  for (let accepted = 0; accepted < length; accepted++) {
    const token = acceptToken(targets[accepted]!, drafts[accepted]!, tokens[accepted]!, random);
    if (token !== tokens[accepted]) return { accepted, token };
  }
  return { accepted: length, token: drawFrom(targets[length]!, random) };
}

function drawFrom(distribution: Distribution, random: Random): number {
  let total = 0;
  for (let i = 0; i < distribution.length; i++) total += distribution[i]!;
  let rest = random.nextFloat() * total;
  let chosen = 0;
  for (let i = 0; i < distribution.length; i++) {
    if (!(distribution[i]! > 0)) continue;
    chosen = i;
    if ((rest -= distribution[i]!) < 0) break;
  }
  return chosen;
}

/**
 * Speculation with tokens that were not drawn, such as those of a prompt lookup: the sampler samples at each position,
 * and the drafted tokens are taken as long as they are what it chose. The result is exactly what it is without
 * speculation, with the same seed too.
 *
 * @param rows logits after the context and after each drafted token, one more than there are; overwritten as far as used
 * @param tokens uint32 buffer: the first `tokenCount` entries are the context; the drafted ones are written after them
 * @param draft the drafted tokens
 * @param masks as the 4th argument of `sample`, one for each row, or none
 * @throws {InvalidArgumentError} when rows or room in `tokens` are too few; and as `sample`
 */
export function verifyDraft(
  sampler: Sampler,
  rows: readonly Float32Array[],
  tokens: Uint32Array,
  tokenCount: number,
  draft: ArrayLike<number>,
  masks: readonly (Uint32Array | undefined)[] = [],
): Verification {
  const { length } = draft;
  checkLength('rows', rows, length + 1, ', one more than there are drafted tokens');
  if (tokenCount + length > tokens.length)
    throw new InvalidArgumentError('tokens', `has no room for ${length} drafted tokens after ${tokenCount}`);
  for (let accepted = 0; ; accepted++) {
    const token = sampler.sample(rows[accepted]!, tokens, tokenCount + accepted, masks[accepted]);
    if (accepted === length || token !== draft[accepted]) return { accepted, token };
    tokens[tokenCount + accepted] = token;
  }
}
