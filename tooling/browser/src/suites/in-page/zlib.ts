/** The part of `node:zlib` that tests use. */

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array, start = 0): number {
  let crc = ~start;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** `readFileSync` gives files that end in `.br` decompressed: a page has no function for it that does not wait. */
export function brotliDecompressSync(bytes: Uint8Array): Uint8Array {
  return bytes;
}
