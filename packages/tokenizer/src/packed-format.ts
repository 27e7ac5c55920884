/** "LLTK". The file goes on with version, checksum and length of the rest, 32 bits each, little endian. */
export const packedMagic = 0x4b544c4c;
/** Raised whenever the layout changes; there is no reading of other versions. */
export const packedVersion = 1;
export const headerLength = 16;

/** FNV-1a. */
export function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

/** What a packed file says of itself, in JSON, before its sections. The sections are in the order of these keys. */
export interface PackedOutline {
  /** What is left of tokenizer.json, tokenizer_config.json, or GGUF metadata. */
  readonly json?: unknown;
  readonly config?: unknown;
  readonly metadata?: unknown;
  /** `byId`: `model.vocab` with an id per token; `scored`: with a score; `list`: `tokenizer.ggml.tokens`. */
  readonly tokens?: 'byId' | 'scored' | 'list';
  readonly merges?: boolean;
  /** Typed arrays of the metadata, by key. */
  readonly arrays?: readonly (readonly [string, keyof typeof arrayTypes])[];
}

export const arrayTypes = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
};
