import { inspect } from 'node:util';

/** A value as it travels from the page: JSON with tags for what JSON has not. Made by `page-runtime.ts`. */
export type PageValue =
  | string
  | boolean
  | number
  | null
  | { readonly kind: 'undefined' }
  | { readonly kind: 'number' | 'bigint'; readonly text: string }
  | { readonly kind: 'array' | 'set'; readonly items: readonly PageValue[] }
  | { readonly kind: 'typed'; readonly type: string; readonly items: readonly PageValue[] }
  | { readonly kind: 'object' | 'map'; readonly type: string; readonly entries: readonly PageEntry[] }
  | { readonly kind: 'error'; readonly text: string };

export type PageEntry = readonly [key: PageValue, value: PageValue];

const arrayTypes: Readonly<Record<string, { from(items: Iterable<never>): object }>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

/** The value again, so that Node prints it as it prints its own. */
export function fromPageValue(value: PageValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value.text);
    case 'bigint':
      return BigInt(value.text);
    case 'array':
      return value.items.map(fromPageValue);
    case 'set':
      return new Set(value.items.map(fromPageValue));
    case 'typed':
      return typedArray(value.type, value.items.map(fromPageValue));
    case 'map':
      return new Map(entriesOf(value.entries));
    case 'object':
      return objectOf(value.type, entriesOf(value.entries));
    case 'error':
      return { [inspect.custom]: () => value.text };
  }
}

function entriesOf(entries: readonly PageEntry[]): [unknown, unknown][] {
  return entries.map(([key, value]) => [fromPageValue(key), fromPageValue(value)]);
}

function typedArray(type: string, items: readonly unknown[]): object {
  const arrayType = arrayTypes[type];
  if (arrayType === undefined) throw new Error(`a ${type} was printed, which cannot be brought here`);
  return arrayType.from(items as never[]);
}

function objectOf(type: string, entries: readonly [unknown, unknown][]): object {
  const prototype = type === 'Object' ? Object.prototype : { [type]: class {} }[type]!.prototype;
  return Object.assign(Object.create(prototype), Object.fromEntries(entries as [string, unknown][]));
}
