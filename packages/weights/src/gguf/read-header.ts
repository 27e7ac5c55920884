import { type ByteSource, UnsupportedError } from '@llamella/spec';
import { maximumAlignment, maximumKeyCount, maximumNameLength, maximumTensorCount } from './gguf-limits.ts';
import type { GgufValue } from './gguf-value.ts';
import { HeaderReader } from './header-reader.ts';
import { readString } from './read-strings.ts';
import { readTensorTable, type StoredTensor } from './read-tensor-table.ts';
import { readValue } from './read-value.ts';

const defaultAlignment = 32;
const smallestKey = 8 + 4 + 1;
const smallestTensor = 8 + 4 + 8 + 4 + 8;

export interface GgufHeader {
  readonly version: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly StoredTensor[];
}

/**
 * Reads metadata and tensor table of one GGUF file (ggml's docs/gguf.md), versions 2 and 3, little-endian.
 *
 * @throws {InvalidFileError} with the offset, when the file is not GGUF, damaged or truncated
 * @throws {UnsupportedError} for other versions and for big-endian files
 */
export async function readHeader(source: ByteSource, signal?: AbortSignal): Promise<GgufHeader> {
  const reader = new HeaderReader(source, signal);
  const { version, tensorCount, keyCount } = await readCounts(reader);
  const metadata = await readMetadata(reader, keyCount, () => true);
  const alignment = readAlignment(reader, metadata.get('general.alignment'));
  const tensors = await readTensorTable(reader, tensorCount, alignment);
  return { version, alignment, metadata, tensors };
}

/** Reads the metadata of one GGUF file whose keys are `wanted`, and passes over the rest. */
export async function readKeys(
  source: ByteSource,
  wanted: (key: string) => boolean,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, GgufValue>> {
  const reader = new HeaderReader(source, signal);
  const { keyCount } = await readCounts(reader);
  return readMetadata(reader, keyCount, wanted);
}

async function readCounts(reader: HeaderReader) {
  await reader.need(4, 'the magic number');
  const magic = new TextDecoder('latin1').decode(reader.bytes.subarray(0, 4));
  if (magic !== 'GGUF') {
    throw reader.error(`not a GGUF file: it starts with ${JSON.stringify(magic)} instead of "GGUF"`);
  }
  await reader.need(24, 'the header');
  reader.position = 4;
  const version = reader.uint32();
  if ((version & 0xffff) === 0 && version !== 0) {
    throw new UnsupportedError(`${reader.source.name}: big-endian GGUF`, 'convert the file to little-endian');
  }
  if (version !== 2 && version !== 3) {
    throw new UnsupportedError(
      `${reader.source.name}: GGUF version ${version}`,
      'use a file of version 2 or 3',
    );
  }
  const tensorCount = readCount(reader, 'tensors', smallestTensor, maximumTensorCount);
  const keyCount = readCount(reader, 'metadata keys', smallestKey, maximumKeyCount);
  return { version, tensorCount, keyCount };
}

function readCount(reader: HeaderReader, what: string, smallest: number, maximum: number): number {
  const start = reader.offset;
  const count = reader.size(`the number of ${what}`);
  if (count > maximum || count > reader.remaining / smallest) {
    throw reader.error(`${count} ${what} do not fit into the ${reader.source.size} bytes of the file`, start);
  }
  return count;
}

async function readMetadata(reader: HeaderReader, count: number, wanted: (key: string) => boolean) {
  const metadata = new Map<string, GgufValue>();
  const seen = new Set<string>();
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const key = await readString(reader, `metadata key ${index}`, maximumNameLength);
    if (seen.has(key)) throw reader.error(`the metadata key ${clip(key)} appears twice`, start);
    seen.add(key);
    const value = await readValue(reader, clip(key), !wanted(key));
    if (value !== undefined && wanted(key)) metadata.set(key, value);
  }
  return metadata;
}

function readAlignment(reader: HeaderReader, value: GgufValue | undefined): number {
  if (value === undefined) return defaultAlignment;
  const valid =
    typeof value === 'number' && value > 0 && value <= maximumAlignment && Number.isInteger(Math.log2(value));
  if (!valid) throw reader.error(`general.alignment is ${String(value)}, not a power of two`);
  return value;
}

/** A name from a file, quoted and short enough for a message. */
export function clip(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
