import type { SamplingOptions } from '@llamella/spec';
import { checkTokens } from './check-tokens.ts';
import { logarithm } from './logarithm.ts';

/** Options of `createDry`: those of `SamplingOptions` that begin with `dry`. */
export type DryOptions = Pick<
  SamplingOptions,
  'dryMultiplier' | 'dryBase' | 'dryAllowedLength' | 'dryWindow' | 'dryBreakers'
>;

/** Changes logits in place. Only the first `tokenCount` entries of `tokens` are valid. */
export type Dry = (logits: Float32Array, tokens: Uint32Array, tokenCount: number) => void;

/** By the first token of a breaker: what follows it, the longest first. */
type Breakers = ReadonlyMap<number, readonly (readonly number[])[]>;

/** Natural logarithm of the largest float32. */
const LARGEST = 88.7228391;

/**
 * DRY, "don't repeat yourself": makes tokens less likely that would prolong a repetition of what the last tokens are.
 * From a token after n tokens that are equal to the last n, n at least `dryAllowedLength`, the result subtracts
 * `dryMultiplier * dryBase ** (n - dryAllowedLength)`. Breakers end the search; a breaker of one token has no penalty.
 * Takes time linear in the window, by the Z-algorithm. Memory grows with the window and the vocabulary, at first calls.
 *
 * The result throws an `InvalidArgumentError` when a token in the window is not below `logits.length`, and has changed
 * nothing then.
 *
 * Source: p-e-w, text-generation-webui pull request 5677, in llama.cpp's form.
 */
export function createDry(options: DryOptions): Dry {
  const { dryMultiplier = 0, dryBase = 1.75, dryAllowedLength = 2 } = options;
  const { dryWindow = 64, dryBreakers = [] } = options;
  const largestExponent =
    dryBase > 1.000001 ? Math.floor(LARGEST / logarithm(dryBase)) : Number.MAX_SAFE_INTEGER;
  const breakers = new Map<number, (readonly number[])[]>();
  for (const [head = -1, ...tail] of dryBreakers.toSorted((a, b) => b.length - a.length))
    breakers.set(head, [...(breakers.get(head) ?? []), tail]);
  // For each position of the window: how many tokens up to it are equal to the last ones.
  let lengths = new Uint32Array(Math.max(dryWindow, 0));
  // For each token: one more than the longest repetition that it would prolong; all 0 between calls.
  let longest = new Uint32Array(0);

  return (logits, tokens, tokenCount) => {
    const count = dryWindow < 0 ? tokenCount : Math.min(dryWindow, tokenCount);
    if (count <= dryAllowedLength) return;
    checkTokens(tokens, tokenCount - count, tokenCount, logits.length);
    const limit = breakerDistance(tokens, tokenCount, count, breakers);
    if (limit < dryAllowedLength) return;
    if (lengths.length < count) lengths = new Uint32Array(count * 2);
    if (longest.length < logits.length) longest = new Uint32Array(logits.length);

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
      if (repeated >= dryAllowedLength && longest[next]! <= repeated) longest[next] = repeated + 1;
    }
    for (let k = 1; k < count; k++) {
      const token = tokens[last - k + 1]!;
      const repeated = longest[token]! - 1;
      if (repeated < 0) continue;
      longest[token] = 0;
      if (breakers.get(token)?.at(-1)?.length === 0) continue;
      let exponent = Math.min(repeated - dryAllowedLength, largestExponent);
      let penalty = dryMultiplier;
      for (let factor = dryBase; exponent > 0; exponent = Math.floor(exponent / 2), factor *= factor)
        if (exponent % 2 === 1) penalty *= factor;
      logits[token]! -= penalty;
    }
  };
}

/** How many tokens come after the last breaker in the window. */
function breakerDistance(tokens: Uint32Array, tokenCount: number, count: number, breakers: Breakers): number {
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
