import type { StreamingDecoder } from '@llamella/spec';
import { decodeByStream, type TokenDecoder } from './token-decoder.ts';
import { TokenKind } from './token-kind.ts';
import { utf8Length } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface SentencePieceDecoding {
  /** Leaves out the space that a text starts with: none, one, or all that there are. */
  readonly leadingSpaces: 'keep' | 'dropOne' | 'dropAll';
  /** The text of a token that is no byte; `kind` is a `TokenKind`. */
  readonly write: (token: string, kind: number) => string;
}

/**
 * Decodes SentencePiece's pieces, where tokens of bytes make characters. Each byte that is no part of
 * a character becomes U+FFFD.
 *
 * Source: `SentencePieceProcessor::Decode` in src/sentencepiece_processor.cc of
 * https://github.com/google/sentencepiece.
 */
export class SentencePieceDecoder implements TokenDecoder {
  readonly #vocabulary: Vocabulary;
  readonly #decoding: SentencePieceDecoding;

  constructor(vocabulary: Vocabulary, decoding: SentencePieceDecoding) {
    this.#vocabulary = vocabulary;
    this.#decoding = decoding;
  }

  decode(ids: readonly number[]): string {
    return decodeByStream(this.stream(), ids);
  }

  stream(): StreamingDecoder {
    const { leadingSpaces } = this.#decoding;
    const { kinds } = this.#vocabulary;
    let drops = leadingSpaces !== 'keep';
    let bytes: number[] = [];
    /** @param all writes incomplete characters too */
    const takeBytes = (all: boolean) => {
      let text = '';
      while (bytes.length > 0) {
        const size = utf8Length(bytes[0]!);
        if (bytes.length < size && !all && couldBe(bytes)) break;
        const character = decodeStrictly(bytes.slice(0, size));
        text += character ?? '\ufffd';
        bytes = bytes.slice(character === undefined ? 1 : size);
      }
      if (text !== '') drops = false;
      return text;
    };
    return {
      push: (id) => {
        const byte = this.#byteOf(id);
        if (byte >= 0) {
          bytes.push(byte);
          return takeBytes(false);
        }
        const before = takeBytes(true);
        let text = this.#textOf(id);
        if (drops && kinds[id] !== TokenKind.unknown && text.startsWith(' ')) {
          text = text.slice(1);
          if (leadingSpaces === 'dropOne') drops = false;
        }
        if (text !== '') drops = false;
        return before + text;
      },
      flush: () => takeBytes(true),
    };
  }

  bytesOf(id: number): Uint8Array {
    const byte = this.#byteOf(id);
    return byte < 0 ? new TextEncoder().encode(this.#textOf(id)) : Uint8Array.of(byte);
  }

  #byteOf(id: number): number {
    if (this.#vocabulary.kinds[id] !== TokenKind.byte) return -1;
    const digits = /^<0x([\dA-F]{2})>$/i.exec(this.#vocabulary.tokens[id] ?? '')?.[1];
    return digits ? Number.parseInt(digits, 16) : -1;
  }

  #textOf(id: number): string {
    const { tokens, kinds } = this.#vocabulary;
    return this.#decoding.write(tokens[id] ?? '', kinds[id]!);
  }
}

function decodeStrictly(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** Whether more bytes could make a character of these, by their upper bits. */
function couldBe(bytes: readonly number[]): boolean {
  return bytes[0]! >= 0xc0 && bytes.slice(1).every((byte) => (byte & 0xc0) === 0x80);
}
