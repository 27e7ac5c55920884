/** How SentencePiece writes a space: U+2581. */
export const spaceSymbol = '\u2581';
