import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import type { ByteSink } from '../write/byte-sink.ts';
import { bitsPerElement, isDataType } from './data-types.ts';
import { maximumDimensions, maximumHeaderLength } from './safetensors-limits.ts';
import type { StoredDataType } from './stored-tensor.ts';

/** One tensor to be written. */
export interface SafetensorsTensor {
  /** Name in the file, such as `model.norm.weight`; any but `__metadata__`. */
  readonly name: string;
  /** Type of the elements. */
  readonly dataType: StoredDataType;
  /** Outermost dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Gives its bytes, little-endian, in pieces of any size, when their turn comes. Asked once. */
  data(): AsyncIterable<Uint8Array>;
}

/** One file of a model, laid out and ready to be written. */
export interface SafetensorsFile {
  /** Name in the model's folder. */
  readonly name: string;
  /** Its size. */
  readonly byteLength: number;
  /**
   * Writes it from start to end, no more than a piece of a tensor in memory.
   *
   * @param options.onProgress is called with the bytes of this file written so far and in all
   * @throws {InvalidArgumentError} when a tensor's data is longer or shorter than its type and shape say
   * @throws `options.signal.reason` when aborted
   */
  write(
    sink: ByteSink,
    options?: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
    },
  ): Promise<void>;
}

type Sized = SafetensorsTensor & { readonly byteLength: number };

/**
 * Lays out safetensors files for tensors: `model.safetensors`, or where they take more than `maximumFileSize` bytes
 * `model-00001-of-00002.safetensors`, … and, last, `model.safetensors.index.json`, as transformers names them. A tensor
 * is never split. Within a file those of larger elements come first, so that all are aligned.
 *
 * @param options.maximumFileSize bytes of tensor data in one file, unless one tensor alone has more. Default 5,000,000,000
 * @param options.metadata strings for `__metadata__`. Default `{ format: 'pt' }`, which transformers asks for
 * @throws {InvalidArgumentError} when a name appears twice or a shape is not possible
 * @throws {UnsupportedError} when there are so many tensors that the header would be longer than readers accept
 */
export function safetensorsFiles(
  tensors: readonly SafetensorsTensor[],
  options: {
    readonly maximumFileSize?: number | undefined;
    readonly metadata?: Readonly<Record<string, string>> | undefined;
  } = {},
): readonly SafetensorsFile[] {
  const { maximumFileSize = 5e9, metadata = { format: 'pt' } } = options;
  if (!(maximumFileSize > 0)) throw new InvalidArgumentError('maximumFileSize', `is ${maximumFileSize}`);
  const parts = divide(checkTensors(tensors), maximumFileSize);
  if (parts.length === 1) return [layOut('model.safetensors', parts[0]!, metadata)];
  const digits = (value: number) => String(value).padStart(5, '0');
  const names = parts.map((_, index) => `model-${digits(index + 1)}-of-${digits(parts.length)}.safetensors`);
  return [...parts.map((part, index) => layOut(names[index]!, part, metadata)), layOutIndex(parts, names)];
}

function checkTensors(tensors: readonly SafetensorsTensor[]): readonly Sized[] {
  const names = new Set<string>(['__metadata__']);
  return tensors.map((tensor) => {
    const { name, dataType, shape } = tensor;
    if (names.has(name))
      throw new InvalidArgumentError(clip(name), 'is the name of two tensors, or reserved');
    names.add(name);
    const isShape =
      shape.length <= maximumDimensions && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    const bits = isDataType(dataType)
      ? shape.reduce((product, size) => product * size, bitsPerElement(dataType))
      : NaN;
    if (!isShape || !Number.isSafeInteger(bits) || bits % 8 !== 0) {
      throw new InvalidArgumentError(clip(name), `cannot have the type ${dataType} and the shape [${shape}]`);
    }
    return { ...tensor, byteLength: bits / 8 };
  });
}

function divide(tensors: readonly Sized[], limit: number): readonly (readonly Sized[])[] {
  const parts: Sized[][] = [[]];
  let size = 0;
  for (const tensor of tensors) {
    if (size > 0 && size + tensor.byteLength > limit) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(tensor);
    size += tensor.byteLength;
  }
  return parts;
}

function layOut(
  name: string,
  part: readonly Sized[],
  metadata: Readonly<Record<string, string>>,
): SafetensorsFile {
  const ordered = part.toSorted(
    (left, right) => bitsPerElement(right.dataType) - bitsPerElement(left.dataType),
  );
  let end = 0;
  const entries = ordered.map(({ name, dataType, shape, byteLength }) => {
    const entry = { dtype: dataType, shape, data_offsets: [end, (end += byteLength)] };
    return [name, entry] as const;
  });
  const json = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])),
  );
  const length = Math.ceil(json.byteLength / 8) * 8;
  if (length > maximumHeaderLength) {
    throw new UnsupportedError(`${name}: a header of ${length} bytes`, 'write fewer tensors to a file');
  }
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  const total = header.byteLength + end;
  return {
    name,
    byteLength: total,
    async write(sink, { signal, onProgress } = {}) {
      let written = 0;
      const write = async (bytes: Uint8Array) => {
        signal?.throwIfAborted();
        await sink.write(bytes);
        written += bytes.byteLength;
        onProgress?.(written, total);
      };
      await write(header);
      for (const tensor of ordered) await writeTensor(tensor, write);
    },
  };
}

async function writeTensor(tensor: Sized, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  let received = 0;
  for await (const bytes of tensor.data()) {
    received += bytes.byteLength;
    if (received > tensor.byteLength) break;
    await write(bytes);
  }
  if (received === tensor.byteLength) return;
  const found = received > tensor.byteLength ? 'more come' : `${received} come`;
  throw new InvalidArgumentError(
    clip(tensor.name),
    `its data takes ${tensor.byteLength} bytes, but ${found}`,
  );
}

function layOutIndex(parts: readonly (readonly Sized[])[], names: readonly string[]): SafetensorsFile {
  const total = parts.flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
  const map = parts.flatMap((part, index) => part.map(({ name }) => [name, names[index]!] as const));
  const json = { metadata: { total_size: total }, weight_map: Object.fromEntries(map) };
  const bytes = new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);
  return {
    name: 'model.safetensors.index.json',
    byteLength: bytes.byteLength,
    async write(sink, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      await sink.write(bytes);
      onProgress?.(bytes.byteLength, bytes.byteLength);
    },
  };
}
