/** A file that the worker makes. */
export interface MadeFile {
  readonly path: string;
  /** Of its bytes, see {@link madeBytes}. */
  readonly size: number;
}

/** Bytes that begin as a GGUF file does. */
export function madeBytes(size: number): Uint8Array<ArrayBuffer> {
  const start = [0x47, 0x47, 0x55, 0x46];
  return Uint8Array.from({ length: size }, (_, i) => start[i] ?? (i * 7) ^ (i >>> 8));
}
