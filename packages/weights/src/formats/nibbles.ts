/**
 * Writes the codes of blocks of 32 that keep elements 0–15 in the low and 16–31 in the high nibbles of 16 bytes,
 * four at a time.
 *
 * @param bytes at an even address
 * @param codes at a multiple of four
 * @param nibblesOffset even offset of the 16 bytes in the block
 */
export function unpackNibbles(
  bytes: Uint8Array,
  codes: Uint8Array,
  blockBytes: number,
  nibblesOffset: number,
): void {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
  const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.byteLength >>> 2);
  const stride = blockBytes >>> 1;
  for (let at = nibblesOffset >>> 1, to = 0; to < words.length; at += stride, to += 8) {
    const word0 = halves[at]! | (halves[at + 1]! << 16);
    const word1 = halves[at + 2]! | (halves[at + 3]! << 16);
    const word2 = halves[at + 4]! | (halves[at + 5]! << 16);
    const word3 = halves[at + 6]! | (halves[at + 7]! << 16);
    words[to] = word0 & 0x0f0f0f0f;
    words[to + 1] = word1 & 0x0f0f0f0f;
    words[to + 2] = word2 & 0x0f0f0f0f;
    words[to + 3] = word3 & 0x0f0f0f0f;
    words[to + 4] = (word0 >>> 4) & 0x0f0f0f0f;
    words[to + 5] = (word1 >>> 4) & 0x0f0f0f0f;
    words[to + 6] = (word2 >>> 4) & 0x0f0f0f0f;
    words[to + 7] = (word3 >>> 4) & 0x0f0f0f0f;
  }
}

/** Packs 32 codes into 16 bytes at `at`, in the order that {@link unpackNibbles} reads; bits above the fourth are left out. */
export function packNibbles(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 16; index++) {
    bytes[at + index] = (codes[index]! & 15) | ((codes[index + 16]! & 15) << 4);
  }
}
