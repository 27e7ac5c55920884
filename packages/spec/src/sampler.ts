/** How the next token is chosen. Every field is optional; an absent one leaves its step out. */
export interface SamplingOptions {
  /** Divides the logits before the softmax; `0` means greedy. */
  readonly temperature?: number;
  /** Keeps the `topK` most likely tokens; `0` keeps all. */
  readonly topK?: number;
  /** Keeps the smallest set of tokens whose probabilities sum to at least `topP`, in (0, 1]. */
  readonly topP?: number;
  /** Drops tokens less likely than `minP` times the most likely one, in [0, 1]. */
  readonly minP?: number;
  /** Divides positive and multiplies negative logits of tokens already seen; `1` changes nothing. */
  readonly repetitionPenalty?: number;
  /** Subtracted from a token's logit once for each time it was seen. */
  readonly frequencyPenalty?: number;
  /** Subtracted from a token's logit if it was seen at all. */
  readonly presencePenalty?: number;
  /** How many of the last tokens the penalties look at; `-1` for all. Default 64. */
  readonly penaltyWindow?: number;
  /** Seed of the generator, a 32-bit unsigned integer. The same seed gives the same tokens on every platform. */
  readonly seed?: number;
}

/** Chooses one token from logits. */
export interface Sampler {
  /**
   * @param logits float32 `[vocabularySize]`, before softmax. Scratch: the sampler may overwrite it.
   * @param tokens uint32 buffer whose first `tokenCount` entries are the tokens so far, prompt included
   * @param tokenCount how many entries of `tokens` are valid
   * @param mask uint32 `[ceil(vocabularySize / 32)]`: only tokens whose bit `id % 32` of entry `id >> 5` is 1 may be
   *   chosen. Absent: all may
   * @returns the id of the chosen token
   * @throws {LlamellaError} when the logits hold NaN, or no token is left to choose from
   */
  sample(logits: Float32Array, tokens: Uint32Array, tokenCount: number, mask?: Uint32Array): number;
}

/** The natural logarithm of a token's probability under the model, before any sampling step. */
export interface TokenLogprob {
  readonly token: number;
  readonly logprob: number;
}
