/** What becomes of text for which there is no token: tokens of its UTF-8 bytes, or the unknown token. */
export interface UnknownText {
  /** The unknown token; without it, text that has no tokens is left out. */
  readonly id: number | undefined;
  /** Tokens of the bytes of a text; none when a byte has no token. */
  bytesOf(text: string): readonly number[];
  /** Tokens of a text. */
  tokensOf(text: string): readonly number[];
}

/**
 * @param id the unknown token
 * @param idOf finds the tokens of bytes; without it there are none
 */
export function unknownText(
  id: number | undefined,
  idOf?: (token: string) => number | undefined,
): UnknownText {
  const byteIds = Array.from({ length: 256 }, (_, byte) => idOf?.(byteToken(byte)) ?? -1);
  const encoder = new TextEncoder();
  const bytesOf = (text: string) => {
    const ids = idOf ? Array.from(encoder.encode(text), (byte) => byteIds[byte]!) : [];
    return ids.includes(-1) ? [] : ids;
  };
  return {
    id,
    bytesOf,
    tokensOf(text) {
      const ids = bytesOf(text);
      return ids.length > 0 || id === undefined ? ids : [id];
    },
  };
}

/** The text of the token of a byte. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
