// Four bits to bit 4 of four bytes.
const spread = Uint32Array.from({ length: 16 }, (_, bits) => {
  return ((bits & 1) << 4) | ((bits & 2) << 11) | ((bits & 4) << 18) | ((bits & 8) << 25);
});

/** Adds bit 4 to codes that `unpackNibbles` wrote, from the 32 bits at `bitsOffset` of each block. */
export function addFifthBits(
  bytes: Uint8Array,
  codes: Uint8Array,
  blockBytes: number,
  bitsOffset: number,
): void {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
  const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.byteLength >>> 2);
  const stride = blockBytes >>> 1;
  for (let at = bitsOffset >>> 1, to = 0; to < words.length; at += stride, to += 8) {
    const low = halves[at]!;
    const high = halves[at + 1]!;
    for (let quarter = 0; quarter < 4; quarter++) {
      words[to + quarter]! |= spread[(low >>> (4 * quarter)) & 15]!;
      words[to + 4 + quarter]! |= spread[(high >>> (4 * quarter)) & 15]!;
    }
  }
}

/** Packs bit 4 of 32 codes into 32 bits at `at`, in the order that {@link addFifthBits} reads. */
export function packFifthBits(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let byte = 0; byte < 4; byte++) {
    let bits = 0;
    for (let index = 0; index < 8; index++) bits |= (codes[byte * 8 + index]! >>> 4) << index;
    bytes[at + byte] = bits;
  }
}
