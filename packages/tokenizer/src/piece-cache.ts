/** Pieces with more UTF-16 units than this are not remembered. */
export const longestKey = 63;
const slotCount = 1 << 16;
const entryLimit = slotCount / 2;
const unitLimit = 1 << 18;
const idLimit = 1 << 17;

/**
 * Remembers the ids of pieces, by the units of a part of a text, so that looking one up makes no string. All is
 * forgotten when it is full.
 */
export class PieceCache {
  /** Four numbers per slot: hash, start of the key in `#units`, its length (0 when empty), end of the ids. */
  readonly #slots = new Int32Array(slotCount * 4);
  readonly #units = new Uint16Array(unitLimit);
  /** Ids of all pieces; those of a piece are `ids[start, end)` after `find`. */
  readonly ids = new Int32Array(idLimit);
  /** Place of each id in its piece: first unit, and end shifted left by 8. */
  readonly spans = new Uint16Array(idLimit);
  start = 0;
  end = 0;
  #slot = 0;
  #hash = 0;
  #entryCount = 0;
  #unitCount = 0;
  #idCount = 0;

  /** @returns whether the ids of `text[start, end)` are known; then `start` and `end` tell where. */
  find(text: string, start: number, end: number): boolean {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    for (let slot = hash & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
      const at = slot * 4;
      const length = slots[at + 2]! & 0xff;
      if (length === 0) {
        this.#slot = at;
        this.#hash = hash;
        return false;
      }
      if (slots[at] === hash && length === end - start && this.#same(slots[at + 1]!, text, start, end)) {
        this.start = slots[at + 3]!;
        this.end = this.start + (slots[at + 2]! >> 8);
        return true;
      }
    }
  }

  /** Remembers `count` ids for the piece that the last `find` did not find. */
  add(text: string, start: number, end: number, ids: Int32Array, spans: Uint16Array, count: number): void {
    const length = end - start;
    if (
      this.#entryCount === entryLimit ||
      this.#unitCount + length > unitLimit ||
      this.#idCount + count > idLimit
    ) {
      this.#slots.fill(0);
      this.#entryCount = this.#unitCount = this.#idCount = 0;
      this.#slot = (this.#hash & (slotCount - 1)) * 4;
    }
    const slots = this.#slots;
    const at = this.#slot;
    slots[at] = this.#hash;
    slots[at + 1] = this.#unitCount;
    slots[at + 2] = length | (count << 8);
    slots[at + 3] = this.#idCount;
    for (let i = start; i < end; i++) this.#units[this.#unitCount++] = text.charCodeAt(i);
    this.start = this.#idCount;
    for (let i = 0; i < count; i++) {
      this.ids[this.#idCount] = ids[i]!;
      this.spans[this.#idCount++] = spans[i]!;
    }
    this.end = this.#idCount;
    this.#entryCount++;
  }

  #same(key: number, text: string, start: number, end: number): boolean {
    const units = this.#units;
    for (let i = start; i < end; i++) if (units[key++] !== text.charCodeAt(i)) return false;
    return true;
  }
}
