/** A file that the worker makes. */
export interface MadeFile {
  readonly path: string;
  /** Of its bytes, see {@link madeBytes}. */
  readonly size: number;
}

/** Bytes that begin as a GGUF file does. */
export function madeBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 7) ^ (i >>> 8);
  bytes.set([0x47, 0x47, 0x55, 0x46].slice(0, size));
  return bytes;
}
