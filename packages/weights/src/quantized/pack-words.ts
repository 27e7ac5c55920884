/**
 * Codes of `bits` bits without gaps from the lowest bit of a word on, every row starting a word: the bytes of I32
 * `[rows, ceil(columns * bits / 32)]`.
 */
export function packWords(codes: Uint8Array, columns: number, bits: number): Uint8Array {
  const rows = codes.length / columns;
  const width = Math.ceil((columns * bits) / 32);
  const words = new Uint32Array(rows * width + 1);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0, position = row * width * 32; column < columns; column++, position += bits) {
      const code = codes[at++]!;
      const shift = position & 31;
      words[position >>> 5]! |= code << shift;
      if (shift + bits > 32) words[(position >>> 5) + 1]! |= code >>> (32 - shift);
    }
  }
  return new Uint8Array(words.buffer, 0, 4 * rows * width);
}
