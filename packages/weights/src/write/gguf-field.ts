import type { GgufArray } from '../gguf/gguf-value.ts';

/** Ids of `gguf_type` in ggml's gguf.h. */
export const ggufTypeIds = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  boolean: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

/** Type in which a number of the metadata is stored. Programs that read the file insist on the one that they expect. */
export type GgufNumberType = Exclude<keyof typeof ggufTypeIds, 'boolean' | 'string' | 'array'>;

/** A number of the metadata with the type that it is stored in. */
export interface GgufNumber {
  /** Stored type. */
  readonly type: GgufNumberType;
  /** Its value; an integer for integer types. */
  readonly value: number | bigint;
}

/** One value of metadata to be written. Typed arrays are stored in their own type, an empty list as one of strings. */
export type GgufField = GgufNumber | boolean | string | GgufArray;
