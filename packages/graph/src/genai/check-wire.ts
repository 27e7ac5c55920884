import type { DescMessage } from '@bufbuild/protobuf';
import { InvalidFileError } from '@llamella/spec';

/** Most messages (nodes, attributes, tensors, dimensions) in a graph; one of 126 layers has some 30 000. */
const MOST_MESSAGES = 500_000;
/** Most numbers and strings in repeated fields. */
const MOST_VALUES = 1 << 24;
const MOST_DEPTH = 48;

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/**
 * Walks through a serialized message without making anything of it, so that a small file cannot ask for much memory:
 * counts messages and values, and checks lengths and nesting.
 *
 * @throws {InvalidFileError} with the offset of the first record that is cut off, too deep, or one too many
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array, file: string): void {
  let at = 0;
  let messages = 0;
  let values = 0;
  const problem = (offset: number, text: string) => new InvalidFileError({ file, offset }, text);

  function varint(end: number): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      if (at >= end) throw problem(at, 'the file ends inside a number');
      const byte = bytes[at++]!;
      // Beyond 53 bits the value is only skipped.
      if (count < 7) value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return count < 8 ? value : Number.MAX_SAFE_INTEGER;
    }
    throw problem(at, 'a number is longer than ten bytes');
  }

  function message(desc: DescMessage, end: number, depth: number): void {
    if (depth > MOST_DEPTH) throw problem(at, `graphs are nested more than ${MOST_DEPTH} deep`);
    while (at < end) {
      const start = at;
      const tag = varint(end);
      const wireType = tag % 8;
      const field = fieldsOf(desc).get((tag - wireType) / 8);
      if (field === undefined || field.message !== undefined) messages++;
      else values++;
      if (wireType === VARINT) varint(end);
      else if (wireType === FIXED64 || wireType === FIXED32) at += wireType === FIXED64 ? 8 : 4;
      else if (wireType === DELIMITED) {
        const length = varint(end);
        if (length > end - at)
          throw problem(start, `a record of ${length} bytes does not fit into its message`);
        if (field?.message !== undefined) message(field.message, at + length, depth + 1);
        else {
          if (field?.packed === true) values += length;
          at += length;
        }
      } else throw problem(start, `is no ONNX graph: record of type ${wireType}`);
      if (at > end) throw problem(start, 'a record does not fit into its message');
      if (messages > MOST_MESSAGES || values > MOST_VALUES) {
        throw problem(start, 'the graph has too many parts; keep weights in raw or external data');
      }
    }
  }

  message(schema, bytes.byteLength, 0);
}

interface WireField {
  /** Schema of a field that holds messages. */
  readonly message?: DescMessage;
  /** Whether a delimited record may hold many numbers. */
  readonly packed?: boolean;
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, WireField>>();

function fieldsOf(desc: DescMessage): ReadonlyMap<number, WireField> {
  const found = known.get(desc);
  if (found !== undefined) return found;
  const fields = new Map<number, WireField>();
  for (const field of desc.fields) {
    const list = field.fieldKind === 'list';
    if (field.message !== undefined) fields.set(field.number, { message: field.message });
    else fields.set(field.number, { packed: list && 'packed' in field && field.packed });
  }
  known.set(desc, fields);
  return fields;
}
