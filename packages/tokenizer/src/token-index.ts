/** Room for every id plus one, see `idLimit` in `vocabulary.ts`. */
const idMask = (1 << 23) - 1;

/** Finds tokens by their UTF-16 units. All results are ids, or -1. */
export interface TokenIndex {
  /** Length in UTF-16 units of the longest token. */
  readonly longest: number;
  /** Adds the token of an id. @returns the id that has this token already */
  add(id: number): number;
  find(token: string): number;
  /** Finds the token with the units `units[start, end)`. */
  findUnits(units: Uint16Array, start: number, end: number): number;
  /** Whether the token of an id has the units `units[start, end)`. */
  is(id: number, units: Uint16Array, start: number, end: number): boolean;
}

/**
 * Hash table from tokens to ids. It finds a part of a buffer of units without making a string of it, which is what
 * loading a list of merges spends its time on.
 */
export function tokenIndex(tokens: readonly (string | undefined)[]): TokenIndex {
  const size = tokens.length;
  /** `[size + 1]`: where each token starts in `own`. */
  const starts = new Int32Array(size + 1);
  let longest = 0;
  for (let id = 0; id < size; id++) {
    const length = tokens[id]?.length ?? 0;
    if (length > longest) longest = length;
    starts[id + 1] = starts[id]! + length;
  }
  /** Units of all tokens in the order of their ids. */
  const own = new Uint16Array(starts[size]!);
  const write = (token: string, units: Uint16Array, at: number) => {
    for (let i = 0; i < token.length; i++) units[at + i] = token.charCodeAt(i);
  };
  for (let id = 0; id < size; id++) write(tokens[id] ?? '', own, starts[id]!);

  const mask = 2 ** (32 - Math.clz32(size * 1.5 + 15)) - 1;
  /** Id plus one, 0 when empty, and above it some bits of the hash. */
  const slots = new Int32Array(mask + 1);
  const key = new Uint16Array(longest);
  let tag = 0;

  const is = (id: number, units: Uint16Array, start: number, end: number) => {
    let at = starts[id]!;
    if (starts[id + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (own[at++] !== units[i]) return false;
    return true;
  };
  /** The slot of `units[start, end)`, or the empty one where it belongs, by FNV-1a. */
  const probe = (units: Uint16Array, start: number, end: number) => {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
    tag = hash & ~idMask;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === 0 || ((entry & ~idMask) === tag && is((entry & idMask) - 1, units, start, end)))
        return slot;
    }
  };
  const findUnits = (units: Uint16Array, start: number, end: number) =>
    (slots[probe(units, start, end)]! & idMask) - 1;
  return {
    longest,
    add(id) {
      const slot = probe(own, starts[id]!, starts[id + 1]!);
      const other = (slots[slot]! & idMask) - 1;
      if (other < 0) slots[slot] = (id + 1) | tag;
      return other;
    },
    find(token) {
      if (token.length > longest) return -1;
      write(token, key, 0);
      return findUnits(key, 0, token.length);
    },
    findUnits,
    is,
  };
}
