/** Token ids in one array that doubles when it is full. */
export class TokenBuffer {
  /** The first `length` entries are valid. */
  ids: Uint32Array;
  length: number;
  readonly #limit: number;

  /** @param limit the most tokens that will ever be held */
  constructor(tokens: Uint32Array, limit: number) {
    this.ids = new Uint32Array(Math.min(limit, tokens.length + 64));
    this.ids.set(tokens);
    this.length = tokens.length;
    this.#limit = limit;
  }

  push(token: number): void {
    if (this.length === this.ids.length) {
      const larger = new Uint32Array(Math.min(this.#limit, this.length * 2));
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[this.length++] = token;
  }

  /** The last `count` tokens, as a view. */
  last(count: number): Uint32Array {
    return this.ids.subarray(this.length - count, this.length);
  }
}
