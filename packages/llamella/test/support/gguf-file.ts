import type { TensorType } from '@llamella/spec';

/** Types of values in GGUF metadata that the tests write. */
export type MetadataValue =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly string: string }
  | { readonly boolean: boolean }
  | { readonly strings: readonly string[] }
  | { readonly int32s: readonly number[] };

export interface StoredTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Outermost dimension first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const ALIGNMENT = 32;
const typeNumbers: Partial<Record<TensorType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 8,
  Q6_K: 14,
  I8: 24,
};

/**
 * Writes a GGUF file, version 3.
 *
 * Source: docs/gguf.md of https://github.com/ggml-org/ggml
 */
export function ggufFile(
  metadata: Readonly<Record<string, MetadataValue>>,
  tensors: readonly StoredTensor[],
): Uint8Array {
  const keys = Object.entries(metadata);
  const rows: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    const dimensions = shape.toReversed().map(uint64);
    const number = typeNumbers[type];
    if (number === undefined) throw new RangeError(`the writer does not know ${type}`);
    rows.push(
      Buffer.concat([string(name), uint32(shape.length), ...dimensions, uint32(number), uint64(offset)]),
    );
    data.push(padded(Buffer.from(bytes)));
    offset += data.at(-1)!.byteLength;
  }
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(keys.length),
    ...keys.flatMap(([key, value]) => [string(key), field(value)]),
    ...rows,
  ]);
  return Buffer.concat([padded(header), ...data]);
}

function field(value: MetadataValue): Buffer {
  if ('uint32' in value) return Buffer.concat([uint32(4), uint32(value.uint32)]);
  if ('float32' in value) return Buffer.concat([uint32(6), float32(value.float32)]);
  if ('boolean' in value) return Buffer.concat([uint32(7), Buffer.from([value.boolean ? 1 : 0])]);
  if ('string' in value) return Buffer.concat([uint32(8), string(value.string)]);
  if ('int32s' in value) {
    const entries = Buffer.from(Int32Array.from(value.int32s).buffer);
    return Buffer.concat([uint32(9), uint32(5), uint64(value.int32s.length), entries]);
  }
  return Buffer.concat([uint32(9), uint32(8), uint64(value.strings.length), ...value.strings.map(string)]);
}

const uint32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const uint64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const float32 = (value: number) => Buffer.from(Float32Array.of(value).buffer);
const string = (text: string) => Buffer.concat([uint64(Buffer.byteLength(text)), Buffer.from(text)]);
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.byteLength & (ALIGNMENT - 1))]);
