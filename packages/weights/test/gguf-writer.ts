/** Writes GGUF files by hand, so that tests can make ones that no writer would. */

export type Field = readonly [key: string, type: number, value: Uint8Array];

export interface TensorRow {
  readonly name: string;
  /** As in the file: innermost dimension first. */
  readonly dimensions: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

export interface FileParts {
  readonly magic?: string;
  readonly version?: number;
  readonly fields?: readonly Field[];
  readonly tensors?: readonly TensorRow[];
  readonly tensorCount?: number | bigint;
  readonly keyCount?: number | bigint;
  readonly data?: number;
}

export function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export function uint64(value: number | bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

export function float32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}

export function string(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return join([uint64(bytes.byteLength), bytes]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

export const text = (key: string, value: string): Field => [key, 8, string(value)];
export const count = (key: string, value: number): Field => [key, 4, uint32(value)];
export const real = (key: string, value: number): Field => [key, 6, float32(value)];
export const strings = (key: string, values: readonly (string | Uint8Array)[]): Field => [
  key,
  9,
  join([uint32(8), uint64(values.length), ...values.map(string)]),
];

/** Metadata of a small Llama. */
export const llamaFields: readonly Field[] = [
  text('general.architecture', 'llama'),
  count('llama.context_length', 256),
  count('llama.embedding_length', 64),
  count('llama.block_count', 2),
  count('llama.feed_forward_length', 128),
  count('llama.attention.head_count', 4),
  real('llama.attention.layer_norm_rms_epsilon', 1e-5),
  strings('tokenizer.ggml.tokens', ['a', 'b', 'c']),
];

/** {@link llamaFields} with some replaced, added, or, by `undefined`, removed. */
export function fieldsWith(changes: Readonly<Record<string, Field | undefined>>): Field[] {
  const kept = llamaFields.filter(([key]) => !(key in changes));
  return [...kept, ...Object.values(changes).filter((field) => field !== undefined)];
}

export function ggufFile(parts: FileParts): Uint8Array {
  const { magic = 'GGUF', version = 3, fields = [], tensors = [], data = 0 } = parts;
  const header = join([
    new TextEncoder().encode(magic),
    uint32(version),
    uint64(parts.tensorCount ?? tensors.length),
    uint64(parts.keyCount ?? fields.length),
    ...fields.map(([key, type, value]) => join([string(key), uint32(type), value])),
    ...tensors.map(({ name, dimensions, type, offset }) =>
      join([
        string(name),
        uint32(dimensions.length),
        ...dimensions.map(uint64),
        uint32(type),
        uint64(offset),
      ]),
    ),
  ]);
  if (tensors.length === 0 && data === 0) return header;
  return join([header, new Uint8Array(-header.byteLength & 31), new Uint8Array(data)]);
}
