/** Tokens of a piece of text that is scored by itself, and where scoring begins: the method of `llama-perplexity`. */
export const chunkLength = 512;
export const scoredFrom = chunkLength / 2;

/**
 * Cuts text into chunks; where the model wants a BOS, it replaces the first token of each.
 *
 * @param count most chunks to cut; a rest shorter than a chunk is left out
 * @throws {RangeError} when there are too few tokens for one
 */
export function cutChunks(tokens: Uint32Array, bos: number | undefined, count = Infinity): Uint32Array[] {
  const whole = Math.min(count, Math.floor(tokens.length / chunkLength));
  if (whole === 0) throw new RangeError(`${tokens.length} tokens make no chunk of ${chunkLength}`);
  return Array.from({ length: whole }, (_, index) => {
    const chunk = tokens.slice(index * chunkLength, (index + 1) * chunkLength);
    if (bos !== undefined) chunk[0] = bos;
    return chunk;
  });
}

/** Minus the logarithm of a token's probability, in float64. */
export function negativeLogLikelihood(logits: Float32Array, token: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index++) if (logits[index]! > largest) largest = logits[index]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - largest);
  return Math.log(sum) + largest - logits[token]!;
}

/** What an engine makes of the chunks. */
export interface PerplexityResult {
  readonly perplexity: number;
  /** Of the perplexity: the error that comes from having seen only so much text. */
  readonly standardError: number;
  readonly scoredTokens: number;
}

/** Perplexity from the losses of all scored tokens. */
export function summarizeLosses(losses: readonly number[]): PerplexityResult {
  const count = losses.length;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / count;
  const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (count - 1);
  const perplexity = Math.exp(mean);
  return { perplexity, standardError: perplexity * Math.sqrt(variance / count), scoredTokens: count };
}
