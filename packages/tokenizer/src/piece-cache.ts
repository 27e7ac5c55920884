/** Pieces with more UTF-16 units than this are not remembered. */
export const longestKey = 63;
const slotMask = 0xffff;
const entryLimit = 1 << 15;
const unitLimit = 1 << 18;
const tokenLimit = 1 << 17;

/** Tokens of pieces, by the units of a part of a text, so that looking one up makes no string. */
export interface PieceCache {
  /** Ids of all pieces; those of one are `ids[start, end)` after `find` or `add`. */
  readonly ids: Int32Array;
  /** Place of each id in its piece: first unit, and end shifted left by 8. */
  readonly spans: Uint16Array;
  start: number;
  end: number;
  /** @returns whether the tokens of `text[start, end)` are known */
  find(text: string, start: number, end: number): boolean;
  /** Remembers the tokens of the piece that the last `find` did not find: three numbers each, id, start and end. */
  add(text: string, start: number, end: number, tokens: readonly number[]): void;
}

/** All is forgotten when the cache is full. */
export function pieceCache(): PieceCache {
  /** Four numbers per slot: hash, start of the key in `units`, its length (0 when empty), end of the ids. */
  const slots = new Int32Array((slotMask + 1) * 4);
  const units = new Uint16Array(unitLimit);
  const ids = new Int32Array(tokenLimit);
  const spans = new Uint16Array(tokenLimit);
  let found = 0;
  let hash = 0;
  let entryCount = 0;
  let unitCount = 0;
  let tokenCount = 0;
  const isKey = (key: number, text: string, start: number, end: number) => {
    while (start < end) if (units[key++] !== text.charCodeAt(start++)) return false;
    return true;
  };
  const cache: PieceCache = {
    ids,
    spans,
    start: 0,
    end: 0,
    find(text, start, end) {
      hash = end - start;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      hash ^= hash >>> 15;
      for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
        const at = slot * 4;
        const length = slots[at + 2]! & 0xff;
        if (length === 0) {
          found = at;
          return false;
        }
        if (slots[at] === hash && length === end - start && isKey(slots[at + 1]!, text, start, end)) {
          cache.start = slots[at + 3]!;
          cache.end = cache.start + (slots[at + 2]! >> 8);
          return true;
        }
      }
    },
    add(text, start, end, tokens) {
      const count = tokens.length / 3;
      if (
        entryCount++ === entryLimit ||
        unitCount + end - start > unitLimit ||
        tokenCount + count > tokenLimit
      ) {
        slots.fill(0);
        entryCount = unitCount = tokenCount = 0;
        found = (hash & slotMask) * 4;
      }
      slots.set([hash, unitCount, (end - start) | (count << 8), tokenCount], found);
      for (let i = start; i < end; i++) units[unitCount++] = text.charCodeAt(i);
      cache.start = tokenCount;
      for (let i = 0; i < tokens.length; i += 3) {
        ids[tokenCount] = tokens[i]!;
        spans[tokenCount++] = (tokens[i + 1]! - start) | ((tokens[i + 2]! - start) << 8);
      }
      cache.end = tokenCount;
    },
  };
  return cache;
}
