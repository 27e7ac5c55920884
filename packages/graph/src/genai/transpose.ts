/** Rows and columns moved at once, so that reads and writes stay in a cache. */
const TILE = 64;

/** uint8 `[rows, columns]` to `[columns, rows]` */
export function transposeBytes(source: Uint8Array, rows: number, columns: number, target: Uint8Array): void {
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(top + TILE, rows);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(left + TILE, columns);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) {
          target[column * rows + row] = source[row * columns + column]!;
        }
      }
    }
  }
}

/** 4-bit numbers `[rows, columns]`, two to a byte, the first in the low bits, to `[columns, rows]`; both counts are even. */
export function transposeNibbles(
  source: Uint8Array,
  rows: number,
  columns: number,
  target: Uint8Array,
): void {
  const width = columns / 2;
  const height = rows / 2;
  for (let top = 0; top < height; top += TILE) {
    const bottom = Math.min(top + TILE, height);
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(left + TILE, width);
      for (let pair = left; pair < right; pair++) {
        let to = 2 * pair * height + top;
        let from = 2 * top * width + pair;
        for (let row = top; row < bottom; row++, to++, from += 2 * width) {
          const first = source[from]!;
          const second = source[from + width]!;
          target[to] = (first & 15) | ((second & 15) << 4);
          target[to + height] = (first >>> 4) | (second & 240);
        }
      }
    }
  }
}

/** float32 `[rows, columns]` to `[columns, rows]` */
export function transposeFloats(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(source.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      target[column * rows + row] = source[row * columns + column]!;
  }
  return target;
}

/** One byte for each 4-bit number of `[rows, columns]`. @param aligned whether each row starts at a whole byte */
export function unpackNibbles(
  bytes: Uint8Array,
  rows: number,
  columns: number,
  aligned: boolean,
): Uint8Array {
  const stride = aligned ? columns + (columns % 2) : columns;
  const codes = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * stride + column;
      codes[row * columns + column] = (bytes[at >>> 1]! >>> (4 * (at & 1))) & 15;
    }
  }
  return codes;
}

/** Flips bits of every byte: the highest one of a signed code makes it an unsigned one. */
export function flipBits(codes: Uint8Array, mask: number): void {
  for (let index = 0; index < codes.length; index++) codes[index]! ^= mask;
}
