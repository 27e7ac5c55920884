import type { PositionLogprobs, Sampler } from '@llamella/spec';
import type { EngineContext } from './engine-context.ts';
import type { GrammarState } from './grammar-state.ts';
import type { GenerationRequest } from './read-generate-options.ts';
import type { TokenBuffer } from './token-buffer.ts';

/** Samples tokens, and remembers what the parts of the stream say about the latest. */
export class TokenChooser {
  /** Of the latest token: one entry, none for a token that ends the generation; `undefined` when not asked for. */
  logprobs: PositionLogprobs[] | undefined;
  /** When the latest logits arrived and the latest token was chosen, in milliseconds of `performance.now`. */
  logitsAt = 0;
  chosenAt = 0;
  readonly #context: EngineContext;
  readonly #request: GenerationRequest;
  readonly #sampler: Sampler;
  readonly #tokens: TokenBuffer;
  readonly #grammar: GrammarState | undefined;
  readonly #limit: number;
  /** Copy of the logits, since a sampler may overwrite them. */
  readonly #unchanged: Float32Array | undefined;

  /**
   * @param tokens prompt and generated tokens, which the caller keeps up to date
   * @param limit how many tokens there may be in the end
   */
  constructor(
    context: EngineContext,
    request: GenerationRequest,
    tokens: TokenBuffer,
    grammar: GrammarState | undefined,
    limit: number,
  ) {
    this.#context = context;
    this.#request = request;
    this.#sampler = context.createSampler(request.sampling);
    this.#tokens = tokens;
    this.#grammar = grammar;
    this.#limit = limit;
    if (request.topCount !== undefined) {
      this.#unchanged = new Float32Array(context.backend.info.vocabularySize);
    }
  }

  /** @param logits float32 `[vocabularySize]`, overwritten */
  readonly choose = (logits: Float32Array): number => {
    this.logitsAt = performance.now();
    this.#unchanged?.set(logits);
    const { ids, length } = this.#tokens;
    const token = this.#sampler.sample(logits, ids, length, this.#grammar?.mask(this.#limit - length));
    if (this.#unchanged) {
      const { isStopToken, topCount = 0 } = this.#request;
      this.logprobs = isStopToken(token) ? [] : [this.#context.logprobs!(this.#unchanged, token, topCount)];
    }
    this.chosenAt = performance.now();
    return token;
  };
}
