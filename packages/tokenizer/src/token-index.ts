/** Room for every id plus one, see `idLimit` in `vocabulary.ts`. */
const idMask = (1 << 23) - 1;

/**
 * Hash table from tokens to ids, over UTF-16 units. It finds a part of a buffer of units without making a string
 * of it, which is what loading a list of merges spends its time on.
 */
export class TokenIndex {
  /** Units of all tokens in the order of their ids. */
  readonly #units: Uint16Array;
  /** `[size + 1]`: where each token starts in `#units`. */
  readonly #starts: Int32Array;
  /** Id plus one, 0 when empty, and above it some bits of the hash. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #key: Uint16Array;

  constructor(tokens: readonly (string | undefined)[]) {
    const size = tokens.length;
    this.#starts = new Int32Array(size + 1);
    let end = 0;
    let longest = 0;
    for (let id = 0; id < size; id++) {
      const length = tokens[id]?.length ?? 0;
      end += length;
      if (length > longest) longest = length;
      this.#starts[id + 1] = end;
    }
    this.#units = new Uint16Array(end);
    this.#key = new Uint16Array(longest + 1);
    for (let id = 0, at = 0; id < size; id++) {
      const token = tokens[id];
      if (token !== undefined) for (let i = 0; i < token.length; i++) this.#units[at++] = token.charCodeAt(i);
    }
    let slots = 16;
    while (slots < size * 1.5) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  /** Length in UTF-16 units of the longest token. */
  get longest(): number {
    return this.#key.length - 1;
  }

  /** Adds the token of an id. @returns the id that has this token already, or -1. */
  add(id: number): number {
    const start = this.#starts[id]!;
    const end = this.#starts[id + 1]!;
    const hash = hashOf(this.#units, start, end);
    const at = this.#probe(hash, this.#units, start, end);
    const slots = this.#slots;
    if (slots[at] !== 0) return (slots[at]! & idMask) - 1;
    slots[at] = (id + 1) | (hash & ~idMask);
    return -1;
  }

  /** @returns the id of a token, or -1. */
  find(token: string): number {
    const { length } = token;
    if (length > this.longest) return -1;
    for (let i = 0; i < length; i++) this.#key[i] = token.charCodeAt(i);
    return this.findUnits(this.#key, 0, length);
  }

  /** @returns the id of the token with the units `units[start, end)`, or -1. */
  findUnits(units: Uint16Array, start: number, end: number): number {
    return (this.#slots[this.#probe(hashOf(units, start, end), units, start, end)]! & idMask) - 1;
  }

  /** @returns the id of the token that two tokens make together, or -1. */
  findJoined(left: number, right: number): number {
    const key = this.#key;
    const starts = this.#starts;
    let length = 0;
    for (let at = starts[left]!; at < starts[left + 1]!; at++) key[length++] = this.#units[at]!;
    for (let at = starts[right]!; at < starts[right + 1]!; at++) key[length++] = this.#units[at]!;
    return length > this.longest ? -1 : this.findUnits(key, 0, length);
  }

  /** @returns whether the token of `id` has the units `units[0, end)` */
  is(id: number, units: Uint16Array, end: number): boolean {
    return id >= 0 && id + 1 < this.#starts.length && this.#same(id, units, 0, end);
  }

  /** The slot of `units[start, end)`, or the empty one where it belongs. */
  #probe(hash: number, units: Uint16Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const tag = hash & ~idMask;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === 0) return slot;
      if ((entry & ~idMask) === tag && this.#same((entry & idMask) - 1, units, start, end)) return slot;
    }
  }

  #same(id: number, units: Uint16Array, start: number, end: number): boolean {
    const own = this.#units;
    let at = this.#starts[id]!;
    if (this.#starts[id + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (own[at++] !== units[i]) return false;
    return true;
  }
}

/** FNV-1a over UTF-16 units. */
function hashOf(units: Uint16Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
  return hash;
}
