import { UnsupportedError } from '@llamella/spec';
import { maximumStringLength } from './gguf-limits.ts';
import type { GgufValue } from './gguf-value.ts';
import type { HeaderReader } from './header-reader.ts';
import { readString, readStrings, skipStrings } from './read-strings.ts';

const booleanType = 7;
const stringType = 8;
const arrayType = 9;

interface NumberType {
  readonly size: number;
  readonly read: (view: DataView, position: number) => number | bigint;
  readonly array: (buffer: ArrayBuffer) => GgufValue;
}

/** By the ids of `gguf_type` in ggml's gguf.h. */
const numberTypes: Readonly<Record<number, NumberType>> = {
  0: { size: 1, read: (view, at) => view.getUint8(at), array: (buffer) => new Uint8Array(buffer) },
  1: { size: 1, read: (view, at) => view.getInt8(at), array: (buffer) => new Int8Array(buffer) },
  2: { size: 2, read: (view, at) => view.getUint16(at, true), array: (buffer) => new Uint16Array(buffer) },
  3: { size: 2, read: (view, at) => view.getInt16(at, true), array: (buffer) => new Int16Array(buffer) },
  4: { size: 4, read: (view, at) => view.getUint32(at, true), array: (buffer) => new Uint32Array(buffer) },
  5: { size: 4, read: (view, at) => view.getInt32(at, true), array: (buffer) => new Int32Array(buffer) },
  6: { size: 4, read: (view, at) => view.getFloat32(at, true), array: (buffer) => new Float32Array(buffer) },
  10: {
    size: 8,
    read: (view, at) => view.getBigUint64(at, true),
    array: (buffer) => new BigUint64Array(buffer),
  },
  11: {
    size: 8,
    read: (view, at) => view.getBigInt64(at, true),
    array: (buffer) => new BigInt64Array(buffer),
  },
  12: { size: 8, read: (view, at) => view.getFloat64(at, true), array: (buffer) => new Float64Array(buffer) },
};

/**
 * Reads the value of `key`, whose type id comes first, or passes over it.
 *
 * @returns `undefined` when `skip`
 */
export async function readValue(
  reader: HeaderReader,
  key: string,
  skip: boolean,
): Promise<GgufValue | undefined> {
  const what = `the value of ${key}`;
  await reader.need(4, what);
  const type = reader.uint32();
  if (type === stringType) {
    return skip ? void (await skipStrings(reader, 1, what)) : readString(reader, what, maximumStringLength);
  }
  if (type === arrayType) return readArray(reader, what, skip);
  if (type === booleanType) {
    await reader.need(1, what);
    return toBoolean(reader, reader.bytes[reader.position++]!, what);
  }
  const numberType = numberTypes[type];
  if (numberType === undefined) throw reader.error(`${what} has the unknown type ${type}`, reader.offset - 4);
  await reader.need(numberType.size, what);
  const value = numberType.read(reader.view, reader.position);
  reader.position += numberType.size;
  return typeof value === 'bigint' ? toNumberIfExact(value) : value;
}

async function readArray(reader: HeaderReader, what: string, skip: boolean): Promise<GgufValue | undefined> {
  await reader.need(12, what);
  const type = reader.uint32();
  const start = reader.offset;
  const count = reader.size(`the length of ${what}`);
  if (type === arrayType) {
    throw new UnsupportedError(
      `${reader.source.name}: ${what}, an array of arrays,`,
      'ggml does not read such files either',
    );
  }
  const numberType = numberTypes[type];
  const size = type === stringType ? 8 : type === booleanType ? 1 : numberType?.size;
  if (size === undefined) throw reader.error(`${what} is an array of the unknown type ${type}`, start - 4);
  if (count > reader.remaining / size) {
    throw reader.error(
      `${what} has ${count} entries, more than the ${reader.remaining} bytes left can hold`,
      start,
    );
  }
  if (type === stringType) {
    return skip ? void (await skipStrings(reader, count, what)) : readStrings(reader, count, what);
  }
  const bytes = await reader.take(count * size, what);
  if (skip) return undefined;
  if (numberType === undefined) return Array.from(bytes, (byte) => toBoolean(reader, byte, what));
  return numberType.array(bytes.buffer);
}

function toBoolean(reader: HeaderReader, byte: number, what: string): boolean {
  if (byte > 1) throw reader.error(`${what} is a boolean with the value ${byte}`);
  return byte === 1;
}

function toNumberIfExact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
