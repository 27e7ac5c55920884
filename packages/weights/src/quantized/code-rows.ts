import { packPairs, unpackBits } from './rearrange.ts';

/** Codes of `bits` bits without gaps, every row starting with a word. */
export interface CodeRows {
  readonly words: Uint32Array;
  readonly rows: number;
  /** Codes of a row that count; what follows them in its last words is left out. */
  readonly columns: number;
  readonly bits: number;
  /** Column of the source that each column is taken from. */
  readonly order?: Uint32Array | undefined;
  /** Added to every code. */
  readonly shift?: number;
}

/** Codes as U8 or, up to 4 bits, as U4 with every row starting at a whole byte. */
export function repackCodes({ words, rows, columns, bits, order, shift = 0 }: CodeRows): Uint8Array {
  const narrow = bits <= 4;
  const rowBytes = narrow ? Math.ceil(columns / 2) : columns;
  const bytes = new Uint8Array(rows * rowBytes);
  const codes = new Uint8Array(columns);
  const moved = order === undefined && shift === 0 ? codes : new Uint8Array(columns);
  for (let row = 0; row < rows; row++) {
    unpackBits(words, (row * words.length) / rows, bits, codes);
    if (order !== undefined) for (let to = 0; to < columns; to++) moved[to] = codes[order[to]!]! + shift;
    else if (shift !== 0) for (let to = 0; to < columns; to++) moved[to] = codes[to]! + shift;
    if (narrow) packPairs(moved, bytes, row * rowBytes);
    else bytes.set(moved, row * rowBytes);
  }
  return bytes;
}
