/**
 * An array of metadata. Numbers come as a typed array of the stored width, booleans and strings as JavaScript arrays.
 */
export type GgufArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array
  | readonly boolean[]
  | readonly string[];

/** One value of metadata. A 64-bit integer is a `number` where that is exact, else a `bigint`. */
export type GgufValue = number | bigint | boolean | string | GgufArray;

/** Whether a value is an array of any kind. */
export function isGgufArray(value: GgufValue): value is GgufArray {
  return typeof value === 'object';
}

/** Whether a value is an array of strings. An empty array of booleans counts as one. */
export function isStringArray(value: GgufValue | undefined): value is readonly string[] {
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'string');
}
