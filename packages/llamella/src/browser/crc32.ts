const POLYNOMIAL = 0xedb88320;
/** Bytes at a time. */
const SLICES = 16;

let tables: Int32Array | undefined;

/** Table `n`, of 256 entries, has what a byte becomes that `n` more bytes come after. */
function createTables(): Int32Array {
  const made = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    made[byte] = value;
  }
  for (let index = 256; index < made.length; index++) {
    const value = made[index - 256]!;
    made[index] = (value >>> 8) ^ made[value & 255]!;
  }
  return made;
}

/**
 * CRC-32 as in zlib, sixteen bytes at a time. Algorithm: M. Kounavis and F. Berry, "A Systematic Approach to Building High
 * Performance Software-based CRC Generators", 2005.
 *
 * @param before of the bytes before these
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= createTables();
  const table = tables;
  const byByte = (sum: number, byte: number) => (sum >>> 8) ^ table[(sum ^ byte) & 255]!;
  let sum = ~before;
  let index = 0;
  for (; index < bytes.length && (bytes.byteOffset + index) % 4 !== 0; index++)
    sum = byByte(sum, bytes[index]!);
  const count = ((bytes.length - index) >>> 4) * 4;
  const words = count > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + index, count) : table;
  for (let word = 0; word < count; word += 4) {
    const a = words[word]! ^ sum;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    const d = words[word + 3]!;
    sum =
      table[3840 + (a & 255)]! ^
      table[3584 + ((a >>> 8) & 255)]! ^
      table[3328 + ((a >>> 16) & 255)]! ^
      table[3072 + (a >>> 24)]! ^
      table[2816 + (b & 255)]! ^
      table[2560 + ((b >>> 8) & 255)]! ^
      table[2304 + ((b >>> 16) & 255)]! ^
      table[2048 + (b >>> 24)]! ^
      table[1792 + (c & 255)]! ^
      table[1536 + ((c >>> 8) & 255)]! ^
      table[1280 + ((c >>> 16) & 255)]! ^
      table[1024 + (c >>> 24)]! ^
      table[768 + (d & 255)]! ^
      table[512 + ((d >>> 8) & 255)]! ^
      table[256 + ((d >>> 16) & 255)]! ^
      table[d >>> 24]!;
  }
  for (index += count * 4; index < bytes.length; index++) sum = byByte(sum, bytes[index]!);
  return ~sum >>> 0;
}
