/** Finds pieces of a vocabulary in a text. */
export interface PieceIndex {
  /** Results of `beginningAt`: where each piece ends, and its id. */
  readonly ends: Int32Array;
  readonly ids: Int32Array;
  /** Finds all pieces that begin at `start`, shortest first, into `ends` and `ids`. @returns their number. */
  beginningAt(text: string, start: number, end: number): number;
}

/**
 * Makes no strings of parts of the text. A hash table has the pieces; a bit for the hash of each beginning of a piece
 * tells where looking for longer ones ends, so no tree of nodes is needed.
 *
 * @param accepts tells which ids can be found; of two with one piece the last can
 */
export function pieceIndex(
  pieces: readonly (string | undefined)[],
  accepts: (id: number) => boolean,
): PieceIndex {
  let count = 0;
  let units = 0;
  let longest = 0;
  for (let id = 0; id < pieces.length; id++) {
    const length = accepts(id) ? (pieces[id]?.length ?? 0) : 0;
    count += length > 0 ? 1 : 0;
    units += length;
    longest = Math.max(longest, length);
  }
  const slotBits = bitsFor(count * 2, 24);
  const beginningBits = bitsFor(units * 4, 28);
  /** Two numbers per slot: id plus one, 0 when empty, and hash. */
  const slots = new Int32Array(2 << slotBits);
  const beginnings = new Uint32Array(1 << (beginningBits - 5));
  const ends = new Int32Array(longest);
  const ids = new Int32Array(longest);

  /** The slot of `text[start, end)`, or the empty one where it belongs. */
  const probe = (hash: number, text: string, start: number, end: number) => {
    for (let at = (hash >>> (32 - slotBits)) * 2; ; at = at + 2 < slots.length ? at + 2 : 0) {
      const id = slots[at]! - 1;
      if (id < 0 || (slots[at + 1] === hash && isPart(pieces[id]!, text, start, end))) return at;
    }
  };
  for (let id = 0; id < pieces.length; id++) {
    const piece = pieces[id];
    if (!piece || !accepts(id)) continue;
    let hash = hashSeed;
    for (let i = 0; i < piece.length; i++) {
      hash = hashUnit(hash, piece.charCodeAt(i));
      const bit = mix(hash) >>> (32 - beginningBits);
      beginnings[bit >>> 5]! |= 1 << (bit & 31);
    }
    const slot = probe(mix(hash), piece, 0, piece.length);
    slots[slot] = id + 1;
    slots[slot + 1] = mix(hash);
  }

  return {
    ends,
    ids,
    beginningAt(text, start, end) {
      const stop = Math.min(end, start + longest);
      let found = 0;
      let hash = hashSeed;
      for (let i = start; i < stop; ) {
        hash = hashUnit(hash, text.charCodeAt(i++));
        const mixed = mix(hash);
        const bit = mixed >>> (32 - beginningBits);
        if (((beginnings[bit >>> 5]! >>> (bit & 31)) & 1) === 0) break;
        const id = slots[probe(mixed, text, start, i)]! - 1;
        if (id < 0) continue;
        ends[found] = i;
        ids[found++] = id;
      }
      return found;
    },
  };
}

const hashSeed = 0x811c9dc5;

/** One step of FNV-1a over UTF-16 units. */
function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Spreads a hash, so that its upper bits can be used. */
function mix(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
}

/** Base-2 logarithm of the smallest power of two that is not below `size`, from 5 to `limit`. */
function bitsFor(size: number, limit: number): number {
  return Math.min(limit, Math.max(5, 32 - Math.clz32(size)));
}

function isPart(piece: string, text: string, start: number, end: number): boolean {
  if (piece.length !== end - start) return false;
  for (let i = 0; i < piece.length; i++) {
    if (piece.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  }
  return true;
}
