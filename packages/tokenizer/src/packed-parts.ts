/** The `vocab` of an unpacked tokenizer.json: the token of each id, instead of an object with an id per token. */
export class PackedTokens {
  readonly tokens: readonly (string | undefined)[];

  constructor(tokens: readonly (string | undefined)[]) {
    this.tokens = tokens;
  }
}
