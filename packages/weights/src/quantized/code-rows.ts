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
  const rowBytes = bits <= 4 ? Math.ceil(columns / 2) : columns;
  const bytes = new Uint8Array(rows * rowBytes);
  // For each code the bit that it starts at.
  const places = Uint32Array.from({ length: columns }, (_, column) => (order?.[column] ?? column) * bits);
  const step = words.length / rows;
  const row = new Uint32Array(step + 1);
  for (let index = 0, at = 0; index < rows; index++, at += rowBytes) {
    row.set(words.subarray(index * step, (index + 1) * step));
    if (bits <= 4) pairCodes(row, places, bits, shift, bytes.subarray(at, at + rowBytes));
    else
      for (let column = 0; column < columns; column++)
        bytes[at + column] = codeAt(row, places[column]!, bits) + shift;
  }
  return bytes;
}

function pairCodes(
  row: Uint32Array,
  places: Uint32Array,
  bits: number,
  shift: number,
  bytes: Uint8Array,
): void {
  const pairs = places.length >> 1;
  for (let pair = 0; pair < pairs; pair++) {
    const first = codeAt(row, places[2 * pair]!, bits) + shift;
    bytes[pair] = first | ((codeAt(row, places[2 * pair + 1]!, bits) + shift) << 4);
  }
  if (places.length % 2 === 1) bytes[pairs] = codeAt(row, places[2 * pairs]!, bits) + shift;
}

/** The code that starts at a bit. Shifting by 32 less the rest of a word takes the part that is in the next one. */
function codeAt(row: Uint32Array, place: number, bits: number): number {
  const word = place >>> 5;
  const rest = place & 31;
  const low = row[word]! >>> rest;
  return (rest + bits > 32 ? low | (row[word + 1]! << (32 - rest)) : low) & ((1 << bits) - 1);
}
