import { byteOfUnit } from './byte-alphabet.ts';
import { TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * The bytes that tokens are written as: those of kind normal in the byte-level alphabet, all others as plain text.
 *
 * @returns a view of the bytes of an id; copy before handing it out
 */
export function tokenBytes({ tokens, kinds, size }: Vocabulary): (id: number) => Uint8Array {
  const encoder = new TextEncoder();
  let room = 0;
  for (const token of tokens) room += 3 * (token?.length ?? 0);
  const bytes = new Uint8Array(room);
  /** Where each token's bytes start. */
  const starts = new Uint32Array(size + 1);
  let end = 0;
  for (let id = 0; id < size; id++) {
    const token = tokens[id] ?? '';
    const length = kinds[id] === TokenKind.normal ? writeByteLevel(token, bytes, end) : -1;
    end += length >= 0 ? length : encoder.encodeInto(token, bytes.subarray(end)).written;
    starts[id + 1] = end;
  }
  const written = bytes.slice(0, end);
  return (id) => written.subarray(starts[id], starts[id + 1]);
}

/** @returns number of bytes written, or -1 when a character is not of the alphabet. */
function writeByteLevel(token: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfUnit(token.charCodeAt(i));
    if (byte < 0) return -1;
    bytes[at + i] = byte;
  }
  return token.length;
}
