import { InvalidArgumentError } from '@llamella/spec';
import type { GgufArray } from '../gguf/gguf-value.ts';
import type { ByteBuilder } from './byte-builder.ts';
import { type GgufField, type GgufNumber, type GgufNumberType, ggufTypeIds } from './gguf-field.ts';

type NumberArray = Exclude<GgufArray, readonly boolean[] | readonly string[]>;

const arrays: Readonly<Record<GgufNumberType, { of(value: never): NumberArray }>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float64: Float64Array,
};

/**
 * Appends a value with its type.
 *
 * @throws {InvalidArgumentError} when a number does not fit its type, or the entries of a list have several types
 */
export function writeField(builder: ByteBuilder, key: string, field: GgufField): void {
  if (typeof field === 'boolean') {
    builder.uint32(ggufTypeIds.boolean);
    builder.bytes(Uint8Array.of(field ? 1 : 0));
  } else if (typeof field === 'string') {
    builder.uint32(ggufTypeIds.string);
    builder.string(field);
  } else if ('value' in field) {
    builder.uint32(ggufTypeIds[field.type]);
    builder.bytes(numberBytes(key, field));
  } else {
    builder.uint32(ggufTypeIds.array);
    writeArray(builder, key, field);
  }
}

function writeArray(builder: ByteBuilder, key: string, values: GgufArray): void {
  if (ArrayBuffer.isView(values)) {
    const type = Object.entries(arrays).find(([, array]) => Object.is(values.constructor, array))?.[0];
    if (type === undefined) throw new InvalidArgumentError(key, 'is an array of an unknown type');
    builder.uint32(ggufTypeIds[type as GgufNumberType]);
    builder.uint64(values.length);
    builder.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return;
  }
  const type = typeof (values[0] ?? '');
  if ((type !== 'string' && type !== 'boolean') || values.some((value) => typeof value !== type)) {
    throw new InvalidArgumentError(key, 'is a list of neither strings nor booleans');
  }
  builder.uint32(ggufTypeIds[type]);
  builder.uint64(values.length);
  if (type === 'boolean') builder.bytes(Uint8Array.from(values as readonly boolean[], Number));
  else for (const value of values) builder.string(value as string);
}

function numberBytes(key: string, { type, value }: GgufNumber): Uint8Array {
  const array = arrays[type];
  if (array === undefined) throw new InvalidArgumentError(key, `has the unknown type ${type}`);
  const isFloat = type.startsWith('float');
  const isWide = type.endsWith('64') && !isFloat;
  if (!isFloat && typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(key, `${value} is not an integer, which ${type} needs`);
  }
  const stored = array.of((isWide ? BigInt(value) : Number(value)) as never);
  if (!isFloat && BigInt(stored[0]!) !== BigInt(value)) {
    throw new InvalidArgumentError(key, `${value} does not fit into ${type}`);
  }
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
