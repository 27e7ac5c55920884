import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import { tensorByteLength } from '../formats/tensor-byte-length.ts';
import { tensorTypeById } from '../formats/tensor-types.ts';
import { maximumDimensions } from '../gguf/gguf-limits.ts';
import { clip } from '../gguf/read-header.ts';
import { ByteBuilder } from './byte-builder.ts';
import type { ByteSink } from './byte-sink.ts';
import type { GgufField } from './gguf-field.ts';
import { writeField } from './write-field.ts';

/** One tensor of a file to be written. */
export interface GgufTensor {
  /** At most 63 bytes. */
  readonly name: string;
  /** How the elements are stored: a type that ggml has. */
  readonly type: TensorType;
  /** Outermost dimension first, at most four; the last one consists of whole blocks of the type. */
  readonly shape: readonly number[];
  /** Gives its stored bytes, in pieces of any size, when their turn comes. Asked once. */
  data(): AsyncIterable<Uint8Array>;
}

/** What a GGUF file consists of. */
export interface GgufContents {
  /** Keys in the order in which they are written. `general.alignment`, 32 where it is absent, is obeyed. */
  readonly metadata: ReadonlyMap<string, GgufField>;
  /** Tensors in the order in which they are written. */
  readonly tensors: readonly GgufTensor[];
}

const VERSION = 3;
const DEFAULT_ALIGNMENT = 32;
/** ggml's `GGML_MAX_NAME`, its final zero included. */
const NAME_BYTES = 64;
const KEY_BYTES = 65_535;

const typeIds: ReadonlyMap<TensorType | undefined, number> = new Map(
  Array.from({ length: 256 }, (_, id) => [tensorTypeById(id), id]),
);

interface Layout {
  readonly header: Uint8Array;
  readonly alignment: number;
  readonly byteLengths: readonly number[];
  readonly byteLength: number;
}

/**
 * Size in bytes of the file that {@link writeGguf} would write. Throws what that throws, data aside.
 */
export function ggufByteLength(contents: GgufContents): number {
  return layOut(contents).byteLength;
}

/**
 * Writes a GGUF file, version 3, little-endian: the header at once, then the data tensor by tensor as it comes, so that
 * no more than a piece of it is in memory.
 *
 * Source: docs/gguf.md of https://github.com/ggml-org/ggml
 *
 * @param options.onProgress is called with the bytes written so far and in all
 * @returns bytes written
 * @throws {InvalidArgumentError} when a name is too long or appears twice, a shape or a value is not possible, or a
 *   tensor's data is longer or shorter than its type and shape say
 * @throws {UnsupportedError} for a type that ggml does not have
 * @throws `options.signal.reason` when aborted
 */
export async function writeGguf(
  contents: GgufContents,
  sink: ByteSink,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
  } = {},
): Promise<number> {
  const { signal, onProgress } = options;
  const { header, alignment, byteLengths, byteLength } = layOut(contents);
  let written = 0;
  const write = async (bytes: Uint8Array) => {
    signal?.throwIfAborted();
    await sink.write(bytes);
    written += bytes.byteLength;
    onProgress?.(written, byteLength);
  };
  await write(header);
  for (const [index, tensor] of contents.tensors.entries()) {
    const expected = byteLengths[index]!;
    let received = 0;
    for await (const bytes of tensor.data()) {
      received += bytes.byteLength;
      if (received > expected) break;
      await write(bytes);
    }
    if (received !== expected) {
      const found = received > expected ? 'more come' : `${received} come`;
      throw new InvalidArgumentError(tensor.name, `its data takes ${expected} bytes, but ${found}`);
    }
    const padding = -expected & (alignment - 1);
    if (padding > 0) await write(new Uint8Array(padding));
  }
  return written;
}

function layOut({ metadata, tensors }: GgufContents): Layout {
  const alignment = readAlignment(metadata.get('general.alignment'));
  const builder = new ByteBuilder();
  builder.bytes(new TextEncoder().encode('GGUF'));
  builder.uint32(VERSION);
  builder.uint64(tensors.length);
  builder.uint64(metadata.size);
  for (const [key, field] of metadata) {
    checkName('metadata key', key, KEY_BYTES);
    builder.string(key);
    writeField(builder, key, field);
  }
  const names = new Set<string>();
  const byteLengths: number[] = [];
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    checkName('tensor name', name, NAME_BYTES - 1);
    if (names.has(name)) throw new InvalidArgumentError(clip(name), 'is the name of two tensors');
    names.add(name);
    const id = typeIds.get(type);
    if (id === undefined) {
      throw new UnsupportedError(`tensor ${name}: writing ${type} into GGUF`, 'store it in a type of ggml');
    }
    if (shape.length > maximumDimensions) {
      throw new InvalidArgumentError(
        name,
        `shape [${shape}] has more than the ${maximumDimensions} dimensions of ggml`,
      );
    }
    const { byteLength } = tensorByteLength(type, shape);
    builder.string(name);
    builder.uint32(shape.length);
    for (const size of shape.toReversed()) builder.uint64(size);
    builder.uint32(id);
    builder.uint64(offset);
    byteLengths.push(byteLength);
    offset += byteLength + (-byteLength & (alignment - 1));
    if (!Number.isSafeInteger(offset)) throw new InvalidArgumentError(name, 'makes the file too large');
  }
  const header = builder.finish(alignment);
  return { header, alignment, byteLengths, byteLength: header.byteLength + offset };
}

function readAlignment(field: GgufField | undefined): number {
  if (field === undefined) return DEFAULT_ALIGNMENT;
  const isNumber = typeof field === 'object' && 'value' in field && field.type === 'uint32';
  const value = isNumber ? Number(field.value) : 0;
  if (value < 8 || value > 2 ** 30 || !Number.isInteger(Math.log2(value))) {
    throw new InvalidArgumentError('general.alignment', 'must be a uint32, a power of two from 8 to 2^30');
  }
  return value;
}

function checkName(what: string, name: string, longest: number): void {
  const { byteLength } = new TextEncoder().encode(name);
  if (byteLength >= 1 && byteLength <= longest) return;
  throw new InvalidArgumentError(
    clip(name),
    `is a ${what} of ${byteLength} bytes; 1 to ${longest} are possible`,
  );
}
