import { byteOfUnit } from './byte-alphabet.ts';
import { TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The bytes that every token is written as, in one buffer. */
export class TokenBytes {
  readonly #bytes: Uint8Array;
  /** `[size + 1]`: where each token's bytes start. */
  readonly #starts: Uint32Array;

  /** Tokens of kind normal are in the byte-level alphabet, all others are plain text. */
  constructor(vocabulary: Vocabulary) {
    const { tokens, kinds } = vocabulary;
    const encoder = new TextEncoder();
    let room = 0;
    for (const token of tokens) room += 3 * (token?.length ?? 0);
    const bytes = new Uint8Array(room);
    this.#starts = new Uint32Array(tokens.length + 1);
    let end = 0;
    for (let id = 0; id < tokens.length; id++) {
      const token = tokens[id] ?? '';
      const length = kinds[id] === TokenKind.normal ? writeByteLevel(token, bytes, end) : -1;
      end += length >= 0 ? length : encoder.encodeInto(token, bytes.subarray(end)).written;
      this.#starts[id + 1] = end;
    }
    this.#bytes = bytes.slice(0, end);
  }

  /** A view; copy before handing it out. */
  of(id: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[id]!, this.#starts[id + 1]!);
  }

  lengthOf(id: number): number {
    return this.#starts[id + 1]! - this.#starts[id]!;
  }
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
