import { type ByteSource, InvalidFileError, UnsupportedError } from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import { bitsPerElement, isDataType } from './data-types.ts';
import { isObject, parseJson } from './parse-json.ts';
import { maximumDimensions, maximumHeaderLength, maximumTensorCount } from './safetensors-limits.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** A tensor and where its data starts, in bytes from the start of its file. */
export interface PlacedTensor extends StoredTensor {
  readonly offset: number;
}

/** What the start of a file says. */
export interface SafetensorsHeader {
  /** In the order of their data. */
  readonly tensors: readonly PlacedTensor[];
  /** The strings under `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
}

const lengthBytes = 8;
/** Read at once with the length; headers of small models fit. */
const firstRead = 65_536;

/**
 * Reads and checks the header of one file: eight bytes of length, JSON, and after it the data, which the tensors cover
 * without gap or overlap, as the format's README asks (huggingface/safetensors).
 */
export async function readHeader(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsHeader> {
  const file = source.name;
  if (source.size < lengthBytes) {
    throw new InvalidFileError(
      { file, offset: 0 },
      `${source.size} bytes are too few for a safetensors file`,
    );
  }
  const start = await source.read(0, Math.min(source.size, firstRead), signal);
  const stated = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (stated > maximumHeaderLength || stated < 2) {
    throw new InvalidFileError(
      { file, offset: 0 },
      `the header has a length of ${stated}, not 2 to ${maximumHeaderLength}: this is no safetensors file`,
    );
  }
  const length = Number(stated);
  const dataStart = lengthBytes + length;
  if (dataStart > source.size) {
    throw new InvalidFileError(
      { file, offset: 0 },
      `the header has a length of ${length}, beyond the file's ${source.size} bytes: it is truncated`,
    );
  }
  const bytes =
    dataStart <= start.byteLength
      ? start.subarray(lengthBytes, dataStart)
      : await source.read(lengthBytes, length, signal);
  if (bytes[0] !== 0x7b) throw new InvalidFileError({ file, offset: 8 }, 'the header does not start with {');
  const header = parseJson(bytes, file, lengthBytes) as Readonly<Record<string, unknown>>;

  const names = Object.keys(header);
  if (names.length > maximumTensorCount) {
    throw new InvalidFileError({ file, offset: 8 }, `there are ${names.length} tensors`);
  }
  const tensors: PlacedTensor[] = [];
  for (const name of names) {
    if (name !== '__metadata__') tensors.push(readEntry(file, name, header[name], dataStart, source.size));
  }
  tensors.sort((left, right) => left.offset - right.offset || left.byteLength - right.byteLength);
  checkPlaces(file, tensors, dataStart, source.size);
  return { tensors, metadata: readMetadata(file, header.__metadata__) };
}

function readEntry(
  file: string,
  name: string,
  entry: unknown,
  dataStart: number,
  size: number,
): PlacedTensor {
  const invalid = (problem: string) =>
    new InvalidFileError({ file, offset: lengthBytes }, `tensor ${clip(name)} ${problem}`);
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof dtype !== 'string') throw invalid('has no dtype');
  if (!isDataType(dtype)) {
    throw new UnsupportedError(
      `${file}: tensor ${clip(name)} of the type ${clip(dtype)}`,
      'convert it to another type, or update this package',
    );
  }
  if (!isSizes(shape) || shape.length > maximumDimensions) throw invalid('has no valid shape');
  if (!isSizes(offsets) || offsets.length !== 2) throw invalid('has no valid data_offsets');
  const bits = shape.reduce((product, dimension) => product * dimension, 1) * bitsPerElement(dtype);
  const [begin, end] = offsets as [number, number];
  if (!Number.isSafeInteger(bits) || end - begin !== bits / 8) {
    throw invalid(
      `is ${dtype} [${shape}] and takes ${bits / 8} bytes, but has those from ${begin} to ${end}`,
    );
  }
  if (end > size - dataStart) {
    throw invalid(
      `ends ${end} bytes into the data, of which there are ${size - dataStart}: the file is truncated`,
    );
  }
  return { name, dataType: dtype, shape, byteLength: end - begin, offset: dataStart + begin };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

function checkPlaces(file: string, tensors: readonly PlacedTensor[], dataStart: number, size: number): void {
  let end = dataStart;
  let previous = 'the header';
  for (const { name, offset, byteLength } of tensors) {
    if (offset < end) {
      throw new InvalidFileError({ file, offset }, `${previous} and tensor ${clip(name)} overlap`);
    }
    if (offset > end) {
      throw new InvalidFileError(
        { file, offset: end },
        `${offset - end} bytes between ${previous} and tensor ${clip(name)} belong to no tensor`,
      );
    }
    end = offset + byteLength;
    previous = `tensor ${clip(name)}`;
  }
  if (end !== size) {
    throw new InvalidFileError(
      { file, offset: end },
      `${size - end} bytes after ${previous} belong to no tensor`,
    );
  }
}

function readMetadata(file: string, value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const entries = isObject(value) ? Object.entries(value) : [['', undefined] as const];
  for (const [key, text] of entries) {
    if (typeof text !== 'string') {
      throw new InvalidFileError({ file, offset: lengthBytes }, `__metadata__ ${clip(key)} is no string`);
    }
  }
  return new Map(entries as [string, string][]);
}
