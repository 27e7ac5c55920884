/** Rows of a matrix become columns: `[rows, columns]` to `[columns, rows]`. For words, and floats seen as words. */
export function transposeWords(from: Uint32Array, rows: number, columns: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length);
  // Squares that the first cache holds twice.
  const tile = 64;
  for (let firstRow = 0; firstRow < rows; firstRow += tile) {
    const lastRow = Math.min(rows, firstRow + tile);
    for (let firstColumn = 0; firstColumn < columns; firstColumn += tile) {
      const lastColumn = Math.min(columns, firstColumn + tile);
      for (let column = firstColumn; column < lastColumn; column++) {
        let at = firstRow * columns + column;
        for (let row = firstRow; row < lastRow; row++, at += columns) to[column * rows + row] = from[at]!;
      }
    }
  }
  return to;
}

export function transposeFloats(
  from: Float32Array,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  return new Float32Array(transposeWords(bits, rows, columns).buffer);
}

/** {@link transposeWords} for the few bytes of zero points. */
export function transposeBytes(from: Uint8Array, rows: number, columns: number): Uint8Array {
  const to = new Uint8Array(from.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[at++]!;
  }
  return to;
}

/** The first `wanted` bytes of each row of `stored` bytes. */
export function cropRows(bytes: Uint8Array, stored: number, wanted: number): Uint8Array {
  if (stored === wanted) return bytes;
  const rows = bytes.length / stored;
  const to = new Uint8Array(rows * wanted);
  for (let row = 0; row < rows; row++)
    to.set(bytes.subarray(row * stored, row * stored + wanted), row * wanted);
  return to;
}

/** Numbers of `bits` bits that follow each other without gaps from the lowest bit of the first word. */
export function unpackBits(words: Uint32Array, at: number, bits: number, codes: Uint8Array): void {
  const mask = 2 ** bits - 1;
  for (let index = 0, position = 0; index < codes.length; index++, position += bits) {
    const word = at + (position >>> 5);
    const shift = position & 31;
    let code = words[word]! >>> shift;
    if (shift + bits > 32) code |= words[word + 1]! << (32 - shift);
    codes[index] = code & mask;
  }
}

/** Signed bytes become unsigned ones with 128 added, in place. */
export function offsetBytes(bytes: Uint8Array): Uint8Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
  const words = new Uint32Array(bytes.buffer, whole === 0 ? 0 : bytes.byteOffset, whole);
  for (let index = 0; index < whole; index++) words[index]! ^= 0x80808080;
  for (let index = 4 * whole; index < bytes.length; index++) bytes[index]! ^= 128;
  return bytes;
}
