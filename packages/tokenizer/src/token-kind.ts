/** What a token is for. The numbers are those of GGUF's `tokenizer.ggml.token_type`. */
export const TokenKind = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** `true` for tokens that are no text: control tokens and the unknown token. */
export function isSpecialKind(kind: number | undefined): boolean {
  return kind === TokenKind.control || kind === TokenKind.unknown;
}
