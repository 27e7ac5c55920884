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
   * How many tokens suffice to complete the text, an end-of-generation token not counted: 0 where the text may end.
   * Fewer may do. `Infinity` when the tokens of the vocabulary are not known to suffice, because single bytes are
   * missing among them.
   */
  readonly completionLength: number;
  /**
   * Writes which tokens may come next: a bit of 1 allows its token. End-of-generation tokens are allowed where the
   * text may end.
   *
   * @param mask uint32 `[ceil(vocabularySize / 32)]`
   * @param limit how many tokens may still come, the next one included, and have to complete the text. Only tokens
   * are allowed after which `completionLength` is below `limit`; where it exceeds `limit` already, those that make it
   * smaller. Whoever passes one less with each token, and begins with `completionLength` or more, gets a complete
   * text. No limit by default
   * @returns `false` when every token is allowed; `mask` is then unchanged
   * @throws {InvalidArgumentError} for a mask of another size or a negative limit
   */
  fillMask(mask: Uint32Array, limit?: number): boolean;
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
