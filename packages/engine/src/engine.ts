import type {
  Backend,
  DecodeOptions,
  EncodeOptions,
  GenerateOptions,
  GenerationPart,
  KvCache,
  PositionLogprobs,
  Sampler,
  SamplingOptions,
  Tokenizer,
} from '@llamella/spec';

/**
 * Log probabilities at one position.
 *
 * @param logits float32 `[vocabularySize]`, unchanged since the model made them; valid during the call
 * @param token the token that was chosen
 * @param topCount how many of the most likely tokens to list
 */
export type ComputeLogprobs = (logits: Float32Array, token: number, topCount: number) => PositionLogprobs;

/** The implementations that an engine works with. */
export interface EngineOptions {
  /** Executes the model. The engine is its only user: one step at a time, and none while the storage grows. */
  readonly backend: Backend;
  /** Reads prompts of text and writes the output; its ids are the backend's. */
  readonly tokenizer: Tokenizer;
  /** Manages `backend.storage`. Its context may be shorter than the backend's. */
  readonly cache: KvCache;
  /** Called once for each generation, with its sampling options. */
  readonly createSampler: (options: SamplingOptions) => Sampler;
  /**
   * How many of the largest logits decide what a sampler for these options chooses; `undefined`: all. With it, a backend
   * that has `mostTopLogits` is asked for no more, unless a grammar or `logprobs` need all.
   */
  readonly topLogitsNeeded?: (options: SamplingOptions) => number | undefined;
  /** Needed for the `logprobs` option of `generate` only. */
  readonly logprobs?: ComputeLogprobs;
}

/** Options of `Engine.generate`. */
export interface EngineGenerateOptions extends GenerateOptions {
  /** How a text prompt is turned into tokens. Not allowed with a prompt of tokens. */
  readonly encode?: EncodeOptions;
  /** How tokens are turned into text. Default `{ skipSpecialTokens: true }`. */
  readonly decode?: DecodeOptions;
}

/** Options of `Engine.forEachLogits`. */
export interface LogitsOptions {
  /** First position whose logits are wanted. Positions before it may come from the cache. Default 0. */
  readonly start?: number;
  /** Ends the run; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
}

/** Turns prompts into streams of tokens. */
export interface Engine {
  /**
   * Generates text after a prompt. Nothing happens before the first part is asked for; leaving the loop early gives
   * the slot back. The pieces come at the caller's pace: the next token is computed when the next part is asked for.
   *
   * Generations beyond the number of slots wait in the order in which their first part was asked for. Generations
   * that run at the same time take turns, step by step.
   *
   * A prompt without tokens becomes BOS, when the vocabulary has one. A later prompt that begins with this prompt and
   * the tokens generated after it takes up their keys and values from the cache.
   *
   * @param prompt text, or token ids
   * @throws {InvalidArgumentError} for an option out of range, an id that is not in the vocabulary, or no prompt
   * @throws {LlamellaError} `context-full` when the prompt leaves no room for a token; what the backend, the
   *   tokenizer, the cache and the sampler throw
   * @throws {UnsupportedError} when `logprobs` is asked for and the engine was created without it
   * @throws `signal.reason` when aborted, also while waiting. What was computed by then stays in the cache.
   */
  generate(
    prompt: string | Uint32Array,
    options?: EngineGenerateOptions,
  ): AsyncGenerator<GenerationPart, void, undefined>;

  /**
   * Runs the model over given tokens and hands over the logits of each position in order, from `start` to the last.
   * The logits at a position are about the token after it. Waits for a slot like `generate`.
   *
   * @param callback gets float32 `[vocabularySize]`, a view that is valid during the call, and the position. It runs
   *   while no other step can: it should be short, and must not await.
   * @throws {InvalidArgumentError} for no tokens, an id that is not in the vocabulary, or `start` out of range
   * @throws {LlamellaError} `context-full` when there are more tokens than the context holds
   * @throws `signal.reason` when aborted; whatever `callback` throws
   */
  forEachLogits(
    tokens: Uint32Array,
    callback: (logits: Float32Array, position: number) => void,
    options?: LogitsOptions,
  ): Promise<void>;
}
