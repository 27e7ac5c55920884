import type { SourceText } from './source-text.ts';
import type { TokenSink } from './token-sink.ts';
import { writeUtf8 } from './utf8.ts';

/** Writes text for which there is no token: as tokens of its UTF-8 bytes, or as the unknown token. */
export class UnknownText {
  readonly id: number | undefined;
  /** The id of each byte's token, -1 where there is none. */
  readonly #byteIds: Int32Array | undefined;
  #bytes = new Uint8Array(16);

  /**
   * @param id the unknown token; without it, text that has no tokens is left out
   * @param idOf finds the tokens of bytes; without it there are none
   */
  constructor(id: number | undefined, idOf?: (token: string) => number | undefined) {
    this.id = id;
    if (idOf) this.#byteIds = Int32Array.from({ length: 256 }, (_, byte) => idOf(byteToken(byte)) ?? -1);
  }

  /** @returns number of tokens that `bytes` has for `text[start, end)`, 0 when a byte has no token. */
  bytesOf(text: string, start: number, end: number): number {
    const byteIds = this.#byteIds;
    if (!byteIds) return 0;
    if (this.#bytes.length < (end - start) * 3) this.#bytes = new Uint8Array((end - start) * 3);
    const length = writeUtf8(text, start, end, this.#bytes);
    for (let i = 0; i < length; i++) if (byteIds[this.#bytes[i]!]! < 0) return 0;
    return length;
  }

  /** The token of a byte that `bytesOf` found. */
  byteId(index: number): number {
    return this.#byteIds![this.#bytes[index]!]!;
  }

  push(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const length = this.bytesOf(source.text, start, end);
    for (let i = 0; i < length; i++) sink.pushRange(this.byteId(i), source, start, end);
    if (length === 0 && this.id !== undefined) sink.pushRange(this.id, source, start, end);
  }
}

/** The text of the token of a byte. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
