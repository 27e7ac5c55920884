/** Pieces with more UTF-16 units than this are not remembered. */
export const longestKey = 63;
/** Pieces, at first and at most: 2 to 9 MB in all. A text in a script without spaces has tens of thousands in a megabyte. */
const firstLimit = 1 << 15;
const lastLimit = 1 << 17;

/** Tokens of pieces, by the units of a part of a text, so that looking one up makes no string. */
export interface PieceCache {
  /** Ids of all pieces; those of one are `ids[start, end)` after `find` or `add`. */
  ids: Int32Array;
  /** Place of each id in its piece: first unit, and end shifted left by 8. */
  spans: Uint16Array;
  start: number;
  end: number;
  /** @returns whether the tokens of `text[start, end)` are known */
  find(text: string, start: number, end: number): boolean;
  /** Remembers the tokens of the piece that the last `find` did not find: three numbers each, id, start and end. */
  add(text: string, start: number, end: number, tokens: readonly number[]): void;
}

/** When the cache is full it is made larger, up to a limit, and all is forgotten. */
export function pieceCache(): PieceCache {
  let limit = firstLimit;
  let slotMask = 2 * limit - 1;
  /** Four numbers per slot: hash, start of the key in `units`, its length (0 when empty), end of the ids. */
  let slots = new Int32Array(8 * limit);
  let units = new Uint16Array(8 * limit);
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
    ids: new Int32Array(4 * limit),
    spans: new Uint16Array(4 * limit),
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
        entryCount++ === limit ||
        unitCount + end - start > units.length ||
        tokenCount + count > cache.ids.length
      ) {
        if (limit < lastLimit) {
          limit *= 2;
          slotMask = 2 * limit - 1;
          slots = new Int32Array(8 * limit);
          units = new Uint16Array(8 * limit);
          cache.ids = new Int32Array(4 * limit);
          cache.spans = new Uint16Array(4 * limit);
        } else slots.fill(0);
        entryCount = unitCount = tokenCount = 0;
        found = (hash & slotMask) * 4;
      }
      slots.set([hash, unitCount, (end - start) | (count << 8), tokenCount], found);
      for (let i = start; i < end; i++) units[unitCount++] = text.charCodeAt(i);
      cache.start = tokenCount;
      const { ids, spans } = cache;
      for (let i = 0; i < tokens.length; i += 3) {
        ids[tokenCount] = tokens[i]!;
        spans[tokenCount++] = (tokens[i + 1]! - start) | ((tokens[i + 2]! - start) << 8);
      }
      cache.end = tokenCount;
    },
  };
  return cache;
}
