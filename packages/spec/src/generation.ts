import type { SamplingOptions, TokenLogprob } from './sampler.ts';
import type { TokenGrammar } from './token-constraint.ts';

/**
 * Why a generation ended.
 *
 * - `stop`: the model ended its turn, a stop string appeared, or the text of the grammar is complete
 * - `length`: `maxTokens` were generated
 * - `context-full`: the model's context has no room for another token
 */
export type FinishReason = 'stop' | 'length' | 'context-full';

/** How far a generation goes and what it reports, beside how tokens are chosen. */
export interface GenerateOptions extends SamplingOptions {
  /** Most tokens to generate. Default: until the model stops or the context is full. */
  readonly maxTokens?: number;
  /** Texts that end the generation; they are not part of the output. */
  readonly stop?: string | readonly string[];
  /** Token ids that end the generation, beside the tokenizer's own. */
  readonly stopTokens?: readonly number[];
  /** Goes on past the tokenizer's end-of-generation tokens. Default `false`. */
  readonly ignoreEndOfGeneration?: boolean;
  /** Returns, with each token, its log probability and those of the `logprobs` most likely tokens. */
  readonly logprobs?: number;
  /**
   * What the text has to look like: only tokens that the grammar allows are chosen, and the generation ends with
   * reason `stop` when its text is complete. Near `maxTokens` and the end of the context the text is brought to an
   * end, so that it is complete whatever the model prefers, if the limit leaves room for a complete text at all. It must have been compiled for the same tokenizer. The caller disposes it.
   */
  readonly grammar?: TokenGrammar;
  /** Ends the generation; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
}

/** How long a generation took, and over how many tokens. */
export interface GenerationTimings {
  /** Tokens of the prompt, and how many of them were found in the cache. */
  readonly promptTokens: number;
  /** Tokens of the prompt whose keys and values were found in the cache. */
  readonly cachedTokens: number;
  /** Milliseconds spent on the prompt, until its last logits. */
  readonly promptMs: number;
  /** Milliseconds from the call until the first token was chosen. */
  readonly firstTokenMs: number;
  /** Tokens generated, end-of-generation tokens left out. */
  readonly generatedTokens: number;
  /** Milliseconds from the first token to the last. */
  readonly generateMs: number;
}

/** Log probabilities at one position. */
export interface PositionLogprobs extends TokenLogprob {
  /** The most likely tokens, best first. */
  readonly top: readonly TokenLogprob[];
}

/** One piece of a stream. The last piece, and only it, carries `finishReason` and `timings`. */
export interface GenerationPart {
  /** Text that became certain; may be empty while a character or a possible stop string is incomplete. */
  readonly text: string;
  /** Tokens since the last piece, end-of-generation tokens left out. */
  readonly tokens: readonly number[];
  /** One entry per entry of `tokens`, when asked for. */
  readonly logprobs?: readonly PositionLogprobs[];
  /** Why the generation ended; on the last piece only. */
  readonly finishReason?: FinishReason;
  /** How long it took; on the last piece only. */
  readonly timings?: GenerationTimings;
}
