/** Signed values that 4-bit codes stand for, and how blocks of 32 of them become codes around 128. */
export const zeroCode = 128;

/**
 * Writes the table's values, around {@link zeroCode}, for twice as many elements as bytes, the first half in the low
 * and the others in the high nibbles.
 */
export function unpackThroughTable(
  bytes: Uint8Array,
  at: number,
  table: Int8Array,
  codes: Uint8Array,
  to: number,
  count = 16,
): void {
  for (let place = 0; place < count; place++) {
    const stored = bytes[at + place]!;
    codes[to + place] = table[stored & 15]! + zeroCode;
    codes[to + count + place] = table[stored >> 4]! + zeroCode;
  }
}
