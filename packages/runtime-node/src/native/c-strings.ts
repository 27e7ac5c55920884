import koffi from 'koffi';

/** Addresses of C strings in an array, and the memory that must stay referenced while the native side reads it. */
export interface CStrings {
  readonly addresses: BigUint64Array;
  readonly keepAlive: readonly Buffer[];
}

/** @param encoding `utf16le` for Windows paths, `utf8` otherwise */
export function cStrings(texts: readonly string[], encoding: 'utf8' | 'utf16le' = 'utf8'): CStrings {
  const keepAlive = texts.map((text) => Buffer.from(`${text}\0`, encoding));
  return { addresses: new BigUint64Array(keepAlive.map((buffer) => koffi.address(buffer))), keepAlive };
}
