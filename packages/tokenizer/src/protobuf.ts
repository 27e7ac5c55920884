import type { FileNode } from './file-node.ts';

/** Gets the fields of a message: an integer's low 32 bits, a float's bits, or the bytes of anything longer. */
export type FieldHandler = (field: number, value: number | Uint8Array) => void;

/**
 * Reads the fields of a message in the wire format of Protocol Buffers. Values are views into `bytes`.
 *
 * @throws {InvalidFileError} when a value reaches beyond the end of the message, or has a type that is not known
 */
export function readMessage(bytes: Uint8Array, node: FileNode, handle: FieldHandler): void {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) node.fail(`a value of ${length} bytes at ${at} of ${bytes.length}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  /** @returns the low 32 bits, unsigned. */
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = take(1)[0]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return node.fail(`a number at ${at} has more than 10 bytes`);
  };
  while (at < bytes.length) {
    const tag = varint();
    const type = tag & 7;
    if (tag >>> 3 === 0) node.fail(`field 0 at ${at}`);
    if (type === 0) handle(tag >>> 3, varint());
    else if (type === 1) handle(tag >>> 3, take(8));
    else if (type === 2) handle(tag >>> 3, take(varint()));
    else if (type === 5) handle(tag >>> 3, littleEndian(take(4)));
    else node.fail(`wire type ${type} at ${at}`);
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
