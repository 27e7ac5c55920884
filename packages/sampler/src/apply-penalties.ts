import { checkTokens } from './check-tokens.ts';

/** What the penalties do; the fields are those of `SamplingOptions`. */
export interface Penalties {
  /** Above 0; `1` changes nothing. */
  readonly repetitionPenalty: number;
  /** Subtracted once for each time a token occurs. */
  readonly frequencyPenalty: number;
  /** Subtracted if a token occurs at all. */
  readonly presencePenalty: number;
  /** How many of the last tokens count; below 0 all. */
  readonly penaltyWindow: number;
}

/**
 * Makes tokens that occur among the last `penaltyWindow` tokens less likely, in place: first the repetition penalty
 * (positive logits divided, others multiplied), then `count * frequencyPenalty + presencePenalty` subtracted. Takes
 * time proportional to the window.
 *
 * Source: Keskar et al., "CTRL", 2019, for the repetition penalty; OpenAI's API for the other two. As in llama.cpp,
 * all three look at the same window, prompt included; OpenAI and vLLM count generated tokens only.
 *
 * @param tokens uint32 buffer of which the first `tokenCount` entries are valid
 * @param counts scratch, uint32 `[vocabularySize]`, all 0; it is all 0 again afterwards
 * @throws {InvalidArgumentError} when a token in the window is not below `logits.length`; nothing has changed then
 */
export function applyPenalties(
  logits: Float32Array,
  tokens: Uint32Array,
  tokenCount: number,
  penalties: Penalties,
  counts: Uint32Array,
): void {
  const { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow } = penalties;
  const start = penaltyWindow < 0 ? 0 : Math.max(0, tokenCount - penaltyWindow);
  checkTokens(tokens, start, tokenCount, logits.length);
  for (let i = start; i < tokenCount; i++) counts[tokens[i]!]!++;
  for (let i = start; i < tokenCount; i++) {
    const token = tokens[i]!;
    const count = counts[token]!;
    if (count === 0) continue;
    counts[token] = 0;
    const logit = logits[token]!;
    const scaled = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
    logits[token] = scaled - count * frequencyPenalty - presencePenalty;
  }
}
