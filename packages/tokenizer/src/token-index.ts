const hashSeed = 0x811c9dc5;

/** One step of the hash of a token: FNV-1a over UTF-16 units, with 0x811c9dc5 to start with. */
function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/**
 * Hash table from tokens to ids. Unlike a `Map` it finds a part of a string without making a string of it, which
 * is what loading a list of merges spends its time on.
 */
export class TokenIndex {
  readonly #tokens: readonly (string | undefined)[];
  /** Two numbers per slot: id plus one, 0 when empty, and hash. */
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(tokens: readonly (string | undefined)[]) {
    let slots = 16;
    while (slots < tokens.length * 1.5) slots *= 2;
    this.#tokens = tokens;
    this.#slots = new Int32Array(slots * 2);
    this.#mask = slots - 1;
  }

  /** Adds the token of an id. @returns the id that has this token already, or -1. */
  add(id: number): number {
    const token = this.#tokens[id]!;
    const hash = hashOf(token);
    const at = this.#probe(hash, token, 0, -1, token.length);
    const slots = this.#slots;
    if (slots[at]! > 0) return slots[at]! - 1;
    slots[at] = id + 1;
    slots[at + 1] = hash;
    return -1;
  }

  /** @returns the id of a token, or -1. */
  find(token: string): number {
    return this.#slots[this.#probe(hashOf(token), token, 0, -1, token.length)]! - 1;
  }

  /**
   * Looks up both parts of `pair`, which are separated by one unit at `gap`, and their concatenation.
   *
   * @param ids gets the ids of left part, right part and concatenation, -1 for those that are not there
   */
  findPair(pair: string, gap: number, ids: Int32Array): void {
    let left = hashSeed;
    for (let i = 0; i < gap; i++) left = hashUnit(left, pair.charCodeAt(i));
    let both = left;
    let right = hashSeed;
    for (let i = gap + 1; i < pair.length; i++) {
      const unit = pair.charCodeAt(i);
      right = hashUnit(right, unit);
      both = hashUnit(both, unit);
    }
    const slots = this.#slots;
    ids[0] = slots[this.#probe(left, pair, 0, -1, gap)]! - 1;
    ids[1] = slots[this.#probe(right, pair, gap + 1, -1, pair.length)]! - 1;
    ids[2] = slots[this.#probe(both, pair, 0, gap, pair.length)]! - 1;
  }

  /** The slot of `text[start, end)` without the unit at `gap`, or the empty one where it belongs. */
  #probe(hash: number, text: string, start: number, gap: number, end: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 2;
      const id = slots[at]! - 1;
      if (id < 0 || (slots[at + 1] === hash && same(this.#tokens[id]!, text, start, gap, end))) return at;
    }
  }
}

function hashOf(token: string): number {
  let hash = hashSeed;
  for (let i = 0; i < token.length; i++) hash = hashUnit(hash, token.charCodeAt(i));
  return hash;
}

function same(token: string, text: string, start: number, gap: number, end: number): boolean {
  if (token.length !== end - start - (gap < 0 ? 0 : 1)) return false;
  let at = start;
  for (let i = 0; i < token.length; i++, at++) {
    if (at === gap) at++;
    if (token.charCodeAt(i) !== text.charCodeAt(at)) return false;
  }
  return true;
}
