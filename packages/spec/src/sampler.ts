/**
 * How the next token is chosen. Every field is optional; an absent one leaves its step out, and a step without its main
 * field (`dryMultiplier` for DRY) is left out too. Token ids are integers below the vocabulary size. Probabilities are
 * those over the tokens that the steps before have left.
 */
export interface SamplingOptions {
  /** Divides the logits before the softmax; `0` means the most likely token that the steps leave. Default 0. */
  readonly temperature?: number;
  /**
   * Lets the temperature vary with the entropy, within `temperature` ± this, at least 0. Default 0, constant.
   */
  readonly dynamicTemperatureRange?: number;
  /** Exponent of the normalised entropy, 0 or more. Default 1. */
  readonly dynamicTemperatureExponent?: number;
  /** Keeps the `topK` most likely tokens; `0` keeps all. */
  readonly topK?: number;
  /** Keeps the smallest set of tokens whose probabilities sum to at least `topP`, in (0, 1]. */
  readonly topP?: number;
  /** Drops tokens less likely than `minP` times the most likely one, in [0, 1]. */
  readonly minP?: number;
  /** Keeps the tokens whose surprise is closest to the entropy, until they sum to `typicalP`, in (0, 1]. */
  readonly typicalP?: number;
  /** Drops logits more than this many standard deviations below the largest; `0` keeps all. */
  readonly topNSigma?: number;
  /** Drops tokens less likely than this, in [0, 1). */
  readonly epsilonCutoff?: number;
  /** As `epsilonCutoff`, but lower where the entropy is high: the smaller of it and `sqrt(it) * exp(-entropy)`. */
  readonly etaCutoff?: number;
  /** With this probability, in [0, 1], drops all but the least likely of the tokens of at least `xtcThreshold`. */
  readonly xtcProbability?: number;
  /** In [0, 1]; above 0.5 it never applies. Default 0.1. */
  readonly xtcThreshold?: number;
  /** The least number of tokens that top-p, min-p, typical, epsilon, eta and XTC leave. Default 1. */
  readonly minKeep?: number;
  /** Top-k and typical keep all tokens equal to the last one kept, as transformers does. Default `false`. */
  readonly keepTies?: boolean;
  /** Divides positive and multiplies negative logits of tokens already seen; `1` changes nothing. */
  readonly repetitionPenalty?: number;
  /** Subtracted from a token's logit once for each time it was seen. */
  readonly frequencyPenalty?: number;
  /** Subtracted from a token's logit if it was seen at all. */
  readonly presencePenalty?: number;
  /** How many of the last tokens the penalties look at; `-1` for all. Default 64. */
  readonly penaltyWindow?: number;
  /**
   * DRY: subtracts `dryMultiplier * dryBase ** (n - dryAllowedLength)` from a token that would prolong a repetition of
   * the last n tokens, n at least `dryAllowedLength`; `0` changes nothing.
   */
  readonly dryMultiplier?: number;
  /** 1 or more. Default 1.75. */
  readonly dryBase?: number;
  /** In tokens. Default 2. */
  readonly dryAllowedLength?: number;
  /** How many of the last tokens DRY looks at; `-1` for all. Default 64. */
  readonly dryWindow?: number;
  /** Token sequences that a repetition does not reach across. Default none. */
  readonly dryBreakers?: readonly (readonly number[])[];
  /** No sequence of this many tokens occurs twice, prompt included; `0` allows all. */
  readonly noRepeatNgramSize?: number;
  /** Added to the logit of a token, by id; -Infinity bans it. */
  readonly logitBias?: ReadonlyMap<number, number> | Readonly<Record<number, number>>;
  /** Token sequences that must not occur: the last token of each is banned after the others. */
  readonly badWords?: readonly (readonly number[])[];
  /** Tokens that are never chosen. */
  readonly suppressTokens?: readonly number[];
  /** Tokens that are not chosen as the first new token. */
  readonly beginSuppressTokens?: readonly number[];
  /** The first new tokens, whatever the logits. */
  readonly forcedTokens?: readonly number[];
  /** Tokens that end a text, for `minTokens`, `minLength` and `forceEndAt`. */
  readonly endTokens?: readonly number[];
  /** How many new tokens, counted from the sampler's first call, come before one of `endTokens` may. */
  readonly minTokens?: number;
  /** How many tokens, prompt included, come before one of `endTokens` may. */
  readonly minLength?: number;
  /** The new token with this number, counted from 1, is one of `endTokens`. */
  readonly forceEndAt?: number;
  /** Version of mirostat, which then draws the token: `1` or `2`; `0` is off. */
  readonly mirostat?: 0 | 1 | 2;
  /** The surprise that mirostat aims at, in bits, above 0. Default 5. */
  readonly mirostatTau?: number;
  /** How fast mirostat learns, above 0. Default 0.1. */
  readonly mirostatEta?: number;
  /** The probability that adaptive-p, which then draws the token, aims at, in [0, 1]. */
  readonly adaptiveTarget?: number;
  /** How much of the past adaptive-p remembers from token to token, in [0, 0.99]. Default 0.9. */
  readonly adaptiveDecay?: number;
  /** Steps in the order in which they run. A step that is active must be in it. Default: `SAMPLING_ORDER`. */
  readonly order?: readonly SamplingStep[];
  /** Seed of the generator, a 32-bit unsigned integer. The same seed gives the same tokens on every platform. */
  readonly seed?: number;
}

/** Name of a step in `SamplingOptions.order`. `minTokens` and `forcedTokens` also stand for the other length options. */
export type SamplingStep =
  | 'logitBias'
  | 'penalties'
  | 'noRepeatNgram'
  | 'badWords'
  | 'minTokens'
  | 'forcedTokens'
  | 'suppressTokens'
  | 'dry'
  | 'topNSigma'
  | 'topK'
  | 'typicalP'
  | 'topP'
  | 'minP'
  | 'epsilonCutoff'
  | 'etaCutoff'
  | 'xtc'
  | 'temperature';

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
  /** Id of the token. */
  readonly token: number;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}
