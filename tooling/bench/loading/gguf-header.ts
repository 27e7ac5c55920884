/** A value of GGUF metadata that the generator writes. */
export type MetadataValue =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly int32s: readonly number[] };

/** A tensor in the table of a GGUF file: ggml's number of its type, its shape outermost first, where it starts. */
export interface TableRow {
  readonly name: string;
  readonly typeNumber: number;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** Alignment of tensor data. */
export const ALIGNMENT = 32;

/** Writes what comes before the tensor data of a GGUF file, version 3, filled up to {@link ALIGNMENT}. */
export function ggufHeader(
  metadata: Readonly<Record<string, MetadataValue>>,
  tensors: readonly TableRow[],
): Buffer {
  const keys = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(keys.length)];
  for (const [key, value] of keys) parts.push(string(key), field(value));
  for (const { name, typeNumber, shape, offset } of tensors) {
    parts.push(string(name), uint32(shape.length), ...shape.toReversed().map(uint64));
    parts.push(uint32(typeNumber), uint64(offset));
  }
  const header = Buffer.concat(parts);
  return Buffer.concat([header, Buffer.alloc(-header.byteLength & (ALIGNMENT - 1))]);
}

function field(value: MetadataValue): Buffer {
  return Buffer.concat(fieldParts(value));
}

function fieldParts(value: MetadataValue): Buffer[] {
  if ('uint32' in value) return [uint32(4), uint32(value.uint32)];
  if ('float32' in value) return [uint32(6), Buffer.from(Float32Array.of(value.float32).buffer)];
  if ('string' in value) return [uint32(8), string(value.string)];
  if ('int32s' in value) {
    const entries = Buffer.from(Int32Array.from(value.int32s).buffer);
    return [uint32(9), uint32(5), uint64(value.int32s.length), entries];
  }
  return [uint32(9), uint32(8), uint64(value.strings.length), ...value.strings.map(string)];
}

const uint32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const uint64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const string = (text: string) => Buffer.concat([uint64(Buffer.byteLength(text)), Buffer.from(text)]);
