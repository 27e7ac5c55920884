import { maximumStringLength } from './gguf-limits.ts';
import type { HeaderReader } from './header-reader.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads one string; bytes that are not UTF-8 become U+FFFD. */
export async function readString(reader: HeaderReader, what: string, maximum: number): Promise<string> {
  await reader.need(8, `the length of ${what}`);
  const start = reader.offset;
  const length = reader.size(`the length of ${what}`);
  if (length > maximum)
    throw reader.error(`${what} is ${length} bytes long; at most ${maximum} are allowed`, start);
  await reader.need(length, what);
  const text = lenient.decode(reader.bytes.subarray(reader.position, reader.position + length));
  reader.position += length;
  return text;
}

/** Passes over `count` strings. */
export async function skipStrings(reader: HeaderReader, count: number, what: string): Promise<void> {
  for (let index = 0; index < count; index++) {
    if (reader.available < 8) await reader.need(8, what);
    const length = reader.size(`the length of ${what}`);
    if (reader.available < length) await reader.need(length, what);
    reader.position += length;
  }
}

/**
 * Reads `count` strings. Decoding each by itself would take most of the time that opening a model takes: instead
 * the bytes of all strings in the window are put together, decoded at once, and the text is cut.
 */
export async function readStrings(reader: HeaderReader, count: number, what: string): Promise<string[]> {
  const strings: string[] = [];
  while (strings.length < count) {
    await reader.need(8, what);
    const length = reader.view.getUint32(reader.position, true);
    if (reader.view.getUint32(reader.position + 4, true) !== 0 || length > maximumStringLength) {
      throw reader.error(`string ${strings.length} of ${what} is longer than ${maximumStringLength} bytes`);
    }
    await reader.need(8 + length, `string ${strings.length} of ${what}`);
    readWindow(reader, count, strings);
  }
  return strings;
}

/** Appends the strings that lie whole in the window. The first one does. */
function readWindow(reader: HeaderReader, count: number, strings: string[]): void {
  const { bytes, view } = reader;
  const joined = new Uint8Array(reader.available);
  const most = Math.min(count - strings.length, reader.available >>> 3);
  // Per string: where it ends in `joined`, and how many UTF-16 units it has.
  const ends = new Uint32Array(most);
  const units = new Uint32Array(most);
  let found = 0;
  let filled = 0;
  let separable = true;
  let position = reader.position;
  const end = bytes.byteLength;
  while (found < most && end - position >= 8) {
    const length = view.getUint32(position, true);
    if (view.getUint32(position + 4, true) !== 0 || length > end - position - 8) break;
    position += 8;
    if (length > 0 && (bytes[position]! & 0xc0) === 0x80) separable = false;
    let unitCount = length;
    for (const stop = position + length; position < stop; position++) {
      const byte = bytes[position]!;
      joined[filled++] = byte;
      // A continuation byte adds no unit; a four-byte sequence has two.
      if ((byte & 0xc0) === 0x80) unitCount--;
      else if (byte >= 0xf0) unitCount++;
    }
    ends[found] = filled;
    units[found++] = unitCount;
  }
  reader.position = position;

  const text = separable ? decodeStrictly(joined.subarray(0, filled)) : undefined;
  let start = 0;
  for (let index = 0; index < found; index++) {
    const stop = text === undefined ? ends[index]! : start + units[index]!;
    strings.push(text === undefined ? lenient.decode(joined.subarray(start, stop)) : text.slice(start, stop));
    start = stop;
  }
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
