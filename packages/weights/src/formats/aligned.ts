/** The same bytes at an address that is a multiple of `alignment`: themselves, or a copy. */
export function aligned(bytes: Uint8Array, alignment: number): Uint8Array {
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}
