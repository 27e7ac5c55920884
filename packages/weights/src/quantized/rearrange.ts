/** Rows of a matrix become columns: `[rows, columns]` to `[columns, rows]`. Works on bytes, words and floats. */
export function transpose<Values extends Uint8Array | Uint32Array | Float32Array>(
  from: Values,
  rows: number,
  columns: number,
): Values {
  const to = new (from.constructor as new (length: number) => Values)(from.length);
  // Strips of one cache line.
  for (let start = 0; start < columns; start += 16) {
    const end = Math.min(columns, start + 16);
    for (let row = 0, at = 0; row < rows; row++, at += columns) {
      for (let column = start; column < end; column++) to[column * rows + row] = from[at + column]!;
    }
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

/** Pairs of codes of 4 bits as bytes, the first in the low bits; the last one of an odd number has no partner. */
export function packPairs(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  const pairs = codes.length >> 1;
  for (let pair = 0; pair < pairs; pair++) bytes[at + pair] = codes[2 * pair]! | (codes[2 * pair + 1]! << 4);
  if (codes.length % 2 === 1) bytes[at + pairs] = codes[codes.length - 1]!;
}

/** Signed bytes become unsigned ones with 128 added, in place. */
export function offsetBytes(bytes: Uint8Array): Uint8Array {
  for (let index = 0; index < bytes.length; index++) bytes[index]! ^= 128;
  return bytes;
}
