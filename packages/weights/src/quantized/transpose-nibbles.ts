/** Number `i` of 4 bits in word `j` changes places with number `j` in word `i`: halves, then bytes, then nibbles. */
export function transposeNibbles(square: Uint32Array): void {
  for (let distance = 4, mask = 0xffff; distance > 0; distance >>= 1, mask ^= mask << (4 * distance)) {
    const shift = 4 * distance;
    for (let index = 0; index < 8; index++) {
      if ((index & distance) !== 0) continue;
      const low = square[index]!;
      const high = square[index + distance]!;
      square[index] = (low & mask) | ((high & mask) << shift);
      square[index + distance] = ((low >>> shift) & mask) | (high & ~mask);
    }
  }
}
