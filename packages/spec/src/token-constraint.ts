/**
 * What may come next in one sequence: the state of a grammar after the tokens that it has accepted. It holds native
 * memory and is disposed by whoever asked for it.
 */
export interface TokenConstraint extends Disposable {
  /** Number of ids that a mask covers: bit `id % 32` of entry `id >> 5` of a mask belongs to `id`. */
  readonly vocabularySize: number;
  /** Whether the text is complete and nothing but an end-of-generation token may follow. */
  readonly finished: boolean;
  /**
   * Writes which tokens may come next: a bit of 1 allows its token. End-of-generation tokens are allowed where the
   * text may end.
   *
   * @param mask uint32 `[ceil(vocabularySize / 32)]`
   * @returns `false` when every token is allowed; `mask` is then unchanged
   * @throws {InvalidArgumentError} for a mask of another size
   */
  fillMask(mask: Uint32Array): boolean;
  /**
   * Takes the next token.
   *
   * @throws {InvalidArgumentError} when the token is not allowed here; nothing has changed then
   */
  accept(token: number): void;
  /** Takes back the last `count` tokens. @throws {InvalidArgumentError} when fewer were accepted */
  rollback(count: number): void;
  /**
   * The tokens that have to come next because each is the only one allowed; often none. A model need not be asked
   * about them. They are not accepted by this call.
   *
   * @param limit most tokens to look ahead
   */
  forcedTokens(limit?: number): Uint32Array;
}

/** A compiled grammar. It may be used by many sequences, one constraint each. */
export interface TokenGrammar extends Disposable {
  /** Number of ids that its masks cover. */
  readonly vocabularySize: number;
  /** Makes the state at the start of a text. */
  createConstraint(): TokenConstraint;
}
