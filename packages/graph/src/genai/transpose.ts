/** Rows and columns moved at once, so that reads and writes stay in a cache. */
const TILE = 64;
const WORDS = 16;

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

/**
 * 4-bit numbers `[rows, columns]`, two to a byte, the first in the low bits, to `[columns, rows]`; both counts are even,
 * and `target` starts at a multiple of four.
 */
export function transposeNibbles(
  source: Uint8Array,
  rows: number,
  columns: number,
  target: Uint8Array,
): void {
  if (rows % 8 === 0 && columns % 8 === 0) transposeWords(source, rows, columns, target);
  else transposePairs(source, rows, columns, target);
}

function transposePairs(source: Uint8Array, rows: number, columns: number, target: Uint8Array): void {
  const width = columns / 2;
  const height = rows / 2;
  for (let row = 0; row < height; row++) {
    for (let pair = 0; pair < width; pair++) {
      const first = source[2 * row * width + pair]!;
      const second = source[(2 * row + 1) * width + pair]!;
      target[2 * pair * height + row] = (first & 15) | ((second & 15) << 4);
      target[(2 * pair + 1) * height + row] = (first >>> 4) | (second & 240);
    }
  }
}

/** Squares of eight words of eight numbers, turned by swapping halves, quarters and eighths of words. */
function transposeWords(source: Uint8Array, rows: number, columns: number, target: Uint8Array): void {
  const bytes = source.byteOffset % 4 === 0 ? source : new Uint8Array(source);
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, (rows * columns) / 8);
  const to = new Uint32Array(target.buffer, target.byteOffset, (rows * columns) / 8);
  const width = columns / 8;
  const height = rows / 8;
  for (let top = 0; top < height; top += WORDS) {
    const bottom = Math.min(top + WORDS, height);
    for (let left = 0; left < width; left += WORDS) {
      const right = Math.min(left + WORDS, width);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) {
          turnSquare(from, 8 * row * width + column, width, to, 8 * column * height + row, height);
        }
      }
    }
  }
}

/** One such square. Written out: the words stay in registers, which is three times as fast as a loop over them. */
function turnSquare(
  from: Uint32Array,
  start: number,
  width: number,
  to: Uint32Array,
  end: number,
  height: number,
): void {
  let at = start;
  let a = from[at]!;
  let b = from[(at += width)]!;
  let c = from[(at += width)]!;
  let d = from[(at += width)]!;
  let e = from[(at += width)]!;
  let f = from[(at += width)]!;
  let g = from[(at += width)]!;
  let h = from[at + width]!;
  let moved = ((a >>> 16) ^ e) & 0xffff;
  e ^= moved;
  a ^= moved << 16;
  moved = ((b >>> 16) ^ f) & 0xffff;
  f ^= moved;
  b ^= moved << 16;
  moved = ((c >>> 16) ^ g) & 0xffff;
  g ^= moved;
  c ^= moved << 16;
  moved = ((d >>> 16) ^ h) & 0xffff;
  h ^= moved;
  d ^= moved << 16;
  moved = ((a >>> 8) ^ c) & 0xff00ff;
  c ^= moved;
  a ^= moved << 8;
  moved = ((b >>> 8) ^ d) & 0xff00ff;
  d ^= moved;
  b ^= moved << 8;
  moved = ((e >>> 8) ^ g) & 0xff00ff;
  g ^= moved;
  e ^= moved << 8;
  moved = ((f >>> 8) ^ h) & 0xff00ff;
  h ^= moved;
  f ^= moved << 8;
  moved = ((a >>> 4) ^ b) & 0xf0f0f0f;
  b ^= moved;
  a ^= moved << 4;
  moved = ((c >>> 4) ^ d) & 0xf0f0f0f;
  d ^= moved;
  c ^= moved << 4;
  moved = ((e >>> 4) ^ f) & 0xf0f0f0f;
  f ^= moved;
  e ^= moved << 4;
  moved = ((g >>> 4) ^ h) & 0xf0f0f0f;
  h ^= moved;
  g ^= moved << 4;
  at = end;
  to[at] = a;
  to[(at += height)] = b;
  to[(at += height)] = c;
  to[(at += height)] = d;
  to[(at += height)] = e;
  to[(at += height)] = f;
  to[(at += height)] = g;
  to[at + height] = h;
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
