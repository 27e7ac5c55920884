import type { SamplingOptions } from '@llamella/spec';
import { checkTokens } from './check-tokens.ts';
import { logarithm } from './logarithm.ts';

/** Options of `createDry`: those of `SamplingOptions` that begin with `dry`. */
export type DryOptions = Pick<
  SamplingOptions,
  'dryMultiplier' | 'dryBase' | 'dryAllowedLength' | 'dryWindow' | 'dryBreakers'
>;

/** What `applyDry` needs to know, and its working memory. */
export interface Dry {
  readonly multiplier: number;
  readonly base: number;
  readonly allowedLength: number;
  readonly window: number;
  readonly largestExponent: number;
  /** By the first token of a breaker: what follows it, the longest first. */
  readonly breakers: ReadonlyMap<number, readonly Uint32Array[]>;
  /** For each position of the window: how many tokens up to it are equal to the last ones. */
  lengths: Uint32Array;
  /** For each token: one more than the longest repetition that it would prolong; all 0 between calls. */
  longest: Uint32Array;
}

/** Natural logarithm of the largest float32. */
const LARGEST = 88.7228391;

/** Prepares DRY. Memory grows with the window and the vocabulary, at the first calls of `applyDry`. */
export function createDry(options: DryOptions): Dry {
  const {
    dryMultiplier = 0,
    dryBase = 1.75,
    dryAllowedLength = 2,
    dryWindow = 64,
    dryBreakers = [],
  } = options;
  const breakers = new Map<number, Uint32Array[]>();
  for (const [head, ...tail] of dryBreakers) {
    if (head === undefined) continue;
    const tails = breakers.get(head) ?? [];
    breakers.set(
      head,
      [...tails, Uint32Array.from(tail)].sort((a, b) => b.length - a.length),
    );
  }
  return {
    multiplier: dryMultiplier,
    base: dryBase,
    allowedLength: dryAllowedLength,
    window: dryWindow,
    largestExponent: dryBase > 1.000001 ? Math.floor(LARGEST / logarithm(dryBase)) : Number.MAX_SAFE_INTEGER,
    breakers,
    lengths: new Uint32Array(Math.max(dryWindow, 0)),
    longest: new Uint32Array(0),
  };
}

/**
 * DRY, "don't repeat yourself": makes tokens less likely that would prolong a repetition of what the last tokens are.
 * From a token after n tokens that are equal to the last n, n at least `allowedLength`, it subtracts
 * `multiplier * base ** (n - allowedLength)`. Breakers end the search; a breaker of one token has no penalty. Takes
 * time linear in the window, by the Z-algorithm.
 *
 * Source: p-e-w, text-generation-webui pull request 5677, in llama.cpp's form.
 *
 * @param tokens uint32 buffer of which the first `tokenCount` entries are valid
 * @throws {InvalidArgumentError} when a token in the window is not below `logits.length`; nothing has changed then
 */
export function applyDry(logits: Float32Array, tokens: Uint32Array, tokenCount: number, dry: Dry): void {
  const { multiplier, base, allowedLength, window, largestExponent, breakers } = dry;
  const count = window < 0 ? tokenCount : Math.min(window, tokenCount);
  if (count <= allowedLength) return;
  checkTokens(tokens, tokenCount - count, tokenCount, logits.length);
  const limit = breakerDistance(tokens, tokenCount, count, breakers);
  if (limit < allowedLength) return;
  if (dry.lengths.length < count) dry.lengths = new Uint32Array(count * 2);
  if (dry.longest.length < logits.length) dry.longest = new Uint32Array(logits.length);
  const { lengths, longest } = dry;

  const last = tokenCount - 1;
  let left = 0;
  let right = 0;
  for (let k = 1; k < count; k++) {
    let n = k < right ? Math.min(lengths[k - left]!, right - k) : 0;
    while (k + n < count && tokens[last - n] === tokens[last - k - n]) n++;
    lengths[k] = n;
    if (k + n > right) {
      left = k;
      right = k + n;
    }
    const repeated = Math.min(n, limit);
    const next = tokens[last - k + 1]!;
    if (repeated >= allowedLength && longest[next]! <= repeated) longest[next] = repeated + 1;
  }
  for (let k = 1; k < count; k++) {
    const token = tokens[last - k + 1]!;
    const repeated = longest[token]! - 1;
    if (repeated < 0) continue;
    longest[token] = 0;
    const tails = breakers.get(token);
    if (tails !== undefined && tails[tails.length - 1]!.length === 0) continue;
    let exponent = Math.min(repeated - allowedLength, largestExponent);
    let penalty = multiplier;
    for (let factor = base; exponent > 0; exponent = Math.floor(exponent / 2), factor *= factor)
      if (exponent % 2 === 1) penalty *= factor;
    logits[token]! -= penalty;
  }
}

/** How many tokens come after the last breaker in the window. */
function breakerDistance(
  tokens: Uint32Array,
  tokenCount: number,
  count: number,
  breakers: ReadonlyMap<number, readonly Uint32Array[]>,
): number {
  if (breakers.size === 0) return count;
  for (let distance = 0; distance < count; distance++) {
    const tails = breakers.get(tokens[tokenCount - 1 - distance]!);
    if (tails === undefined) continue;
    for (let t = 0; t < tails.length; t++) {
      const tail = tails[t]!;
      if (tail.length > distance) continue;
      let matched = 0;
      while (matched < tail.length && tail[matched] === tokens[tokenCount - distance + matched]) matched++;
      if (matched === tail.length) return distance - matched;
    }
  }
  return count;
}
