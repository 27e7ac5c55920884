/** Gets the tokens of a text one after another. A token may come in several parts. */
export interface TokenWriter {
  write(part: string): void;
  endToken(): void;
  /** The text has ended. */
  finish(): void;
}

/** One step from tokens to text. Steps hold no state; `open` makes the state of one text. */
export interface DecodeStep {
  /** @param next gets the tokens that this step makes, as soon as nothing can change them */
  open(next: TokenWriter): TokenWriter;
  /**
   * What a token that is neither first nor last becomes. Bytes go past the steps that follow.
   *
   * @param isWholeText whether an earlier step joins all tokens to one
   */
  inside(token: string, isWholeText: boolean): string | Uint8Array;
  /** Whether the step joins all tokens to one. */
  readonly joins?: boolean;
}
