import { dispose, type TokenConstraint, type TokenGrammar } from '@llamella/spec';

/** Where one generation is in its grammar, and the mask that this gives a sampler. */
export class GrammarState implements Disposable {
  readonly #constraint: TokenConstraint;
  /** What the grammar fills, and what the sampler gets: one buffer, since the model may have more rows. */
  readonly #filled: Uint32Array;
  readonly #mask: Uint32Array;

  /** @param vocabularySize number of logits, which may differ from the tokens that the grammar knows */
  constructor(grammar: TokenGrammar, vocabularySize: number) {
    const known = Math.ceil(grammar.vocabularySize / 32);
    const wanted = Math.ceil(vocabularySize / 32);
    const buffer = new Uint32Array(Math.max(known, wanted));
    this.#filled = buffer.subarray(0, known);
    this.#mask = buffer.subarray(0, wanted);
    this.#constraint = grammar.createConstraint();
  }

  get finished(): boolean {
    return this.#constraint.finished;
  }

  /**
   * @param left how many tokens may still come; the text is completed within them if it can be
   * @returns the mask of the next token, `undefined` when every token is allowed
   */
  mask(left: number): Uint32Array | undefined {
    return this.#constraint.fillMask(this.#filled, left) ? this.#mask : undefined;
  }

  accept(token: number): void {
    this.#constraint.accept(token);
  }

  /** The tokens that have to follow, at most `limit`. */
  forcedTokens(limit: number): Uint32Array {
    return limit > 0 ? this.#constraint.forcedTokens(limit) : new Uint32Array(0);
  }

  [dispose](): void {
    this.#constraint[dispose]();
  }
}
