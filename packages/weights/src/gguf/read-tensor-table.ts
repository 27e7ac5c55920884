import { type TensorInfo, UnsupportedError } from '@llamella/spec';
import { blockSize, describeTypeId, tensorTypeById } from '../formats/tensor-types.ts';
import { maximumDimensions, maximumNameLength } from './gguf-limits.ts';
import type { HeaderReader } from './header-reader.ts';
import { clip } from './read-header.ts';
import { readString } from './read-strings.ts';

/** A tensor and where its data is. */
export interface StoredTensor {
  readonly info: TensorInfo;
  /** In bytes from the start of its file. */
  readonly offset: number;
}

/** Reads the tensor table; offsets in it count from the end of the header, rounded up to `alignment`. */
export async function readTensorTable(
  reader: HeaderReader,
  count: number,
  alignment: number,
): Promise<readonly StoredTensor[]> {
  const tensors: StoredTensor[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const tensor = await readTensor(reader, `tensor ${index}`, alignment);
    if (names.has(tensor.info.name))
      throw reader.error(`tensor ${clip(tensor.info.name)} appears twice`, start);
    names.add(tensor.info.name);
    tensors.push(tensor);
  }
  const dataStart = Math.ceil(reader.offset / alignment) * alignment;
  const placed = tensors.map(({ info, offset }) => ({ info, offset: offset + dataStart }));
  checkPlaces(reader, placed);
  return placed;
}

async function readTensor(reader: HeaderReader, what: string, alignment: number): Promise<StoredTensor> {
  const name = await readString(reader, `the name of ${what}`, maximumNameLength);
  const called = `tensor ${clip(name)}`;
  await reader.need(4, called);
  const dimensions = reader.uint32();
  if (dimensions < 1 || dimensions > maximumDimensions) {
    throw reader.error(
      `${called} has ${dimensions} dimensions, not 1 to ${maximumDimensions}`,
      reader.offset - 4,
    );
  }
  await reader.need(dimensions * 8 + 12, called);
  const shape: number[] = [];
  let elements = 1;
  for (let index = 0; index < dimensions; index++) {
    const length = reader.size(`dimension ${index} of ${called}`);
    elements *= length;
    if (length === 0 || !Number.isSafeInteger(elements)) {
      throw reader.error(`${called} has dimension ${index} of length ${length}`, reader.offset - 8);
    }
    shape.unshift(length);
  }
  const byteLength = readByteLength(reader, called, elements, shape.at(-1)!);
  const offset = reader.size(`the offset of ${called}`);
  if (offset % alignment !== 0) {
    throw reader.error(
      `the offset ${offset} of ${called} is not a multiple of ${alignment}`,
      reader.offset - 8,
    );
  }
  return { info: { name, type: byteLength.type, shape, byteLength: byteLength.bytes }, offset };
}

function readByteLength(reader: HeaderReader, called: string, elements: number, rowLength: number) {
  const id = reader.uint32();
  const type = tensorTypeById(id);
  if (type === undefined) {
    throw new UnsupportedError(
      `${reader.source.name}: ${called}: ${describeTypeId(id)}`,
      'quantize the model to another type, or update this package',
    );
  }
  const block = blockSize(type);
  if (rowLength % block.elements !== 0) {
    throw reader.error(`${called} is ${type} with rows of ${rowLength}, not a multiple of ${block.elements}`);
  }
  const bytes = (elements / block.elements) * block.bytes;
  if (!Number.isSafeInteger(bytes)) throw reader.error(`${called} has ${elements} elements`);
  return { type, bytes };
}

function checkPlaces(reader: HeaderReader, tensors: readonly StoredTensor[]): void {
  const file = reader.source;
  const ordered = tensors.toSorted((left, right) => left.offset - right.offset);
  let end = 0;
  let previous = '';
  for (const { info, offset } of ordered) {
    if (offset < end) throw reader.error(`tensors ${previous} and ${clip(info.name)} overlap`, offset);
    previous = clip(info.name);
    end = offset + info.byteLength;
    if (end > file.size) {
      throw reader.error(
        `tensor ${previous} needs ${info.byteLength} bytes from ${offset}, beyond the file's ${file.size}: it is truncated`,
        offset,
      );
    }
  }
}
