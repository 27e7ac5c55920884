/** The `vocab` of an unpacked tokenizer.json: the token of each id, instead of an object with an id per token. */
export class PackedTokens {
  readonly tokens: readonly (string | undefined)[];
  #ids: Map<string | undefined, number> | undefined;

  constructor(tokens: readonly (string | undefined)[]) {
    this.tokens = tokens;
  }

  has(token: string): boolean {
    this.#ids ??= new Map(this.tokens.map((own, id) => [own, id]));
    return this.#ids.has(token);
  }
}

/** Unpacked `merges`: three ids for each, those of the left token, the right one, and the one that they make. */
export class PackedMerges {
  readonly ids: Int32Array;

  constructor(ids: Int32Array) {
    this.ids = ids;
  }
}
