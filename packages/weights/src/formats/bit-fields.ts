/** Bytes as 16-bit words; `bytes` starts at an even address. */
export function halfWords(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
}

/** Codes as 32-bit words; `codes` starts at a multiple of four. */
export function codeWords(codes: Uint8Array): Uint32Array {
  return new Uint32Array(codes.buffer, codes.byteOffset, codes.byteLength >>> 2);
}

/**
 * Takes one field of bits out of each of 32 neighbouring bytes, four bytes at a time.
 *
 * @param halves the bytes, see {@link halfWords}
 * @param at index in `halves`
 * @param mask of a field at the lowest bits, in each of the four bytes of a word
 * @param words codes that are set, see {@link codeWords}
 */
export function setFields(
  halves: Uint16Array,
  at: number,
  shift: number,
  mask: number,
  words: Uint32Array,
  to: number,
): void {
  for (let word = 0; word < 8; word++) {
    const stored = halves[at + 2 * word]! | (halves[at + 2 * word + 1]! << 16);
    words[to + word] = (stored >>> shift) & mask;
  }
}

/** {@link setFields}, but puts the fields above the bits that the codes have: `left` is where. */
export function addFields(
  halves: Uint16Array,
  at: number,
  shift: number,
  mask: number,
  words: Uint32Array,
  to: number,
  left: number,
): void {
  for (let word = 0; word < 8; word++) {
    const stored = halves[at + 2 * word]! | (halves[at + 2 * word + 1]! << 16);
    words[to + word]! |= ((stored >>> shift) & mask) << left;
  }
}

/**
 * Codes of 2 bits, as Q2_K, Q3_K and TQ2_0 keep them: 32 bytes hold 128 elements, byte l the elements l, 32 + l,
 * 64 + l and 96 + l from the lowest bits up.
 *
 * @param offset even offset of the block's 64 bytes
 */
export function unpackPairsOfBits(
  bytes: Uint8Array,
  codes: Uint8Array,
  blockBytes: number,
  offset: number,
): void {
  const halves = halfWords(bytes);
  const words = codeWords(codes);
  for (let at = offset >>> 1, to = 0; to < words.length; at += blockBytes >>> 1, to += 64) {
    for (let group = 0; group < 8; group++) {
      setFields(halves, at + 16 * (group >> 2), 2 * (group & 3), 0x03030303, words, to + 8 * group);
    }
  }
}

/** Packs the lowest 2 bits of 256 codes, in the order that {@link unpackPairsOfBits} reads. */
export function packPairsOfBits(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 256; index++) {
    bytes[at + ((index >> 7) << 5) + (index & 31)]! |= (codes[index]! & 3) << (2 * ((index >> 5) & 3));
  }
}
