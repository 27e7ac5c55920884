import { characterOfByte } from './byte-alphabet.ts';
import type { Normalizer } from './normalizer.ts';
import { normalize } from './normalizer.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

const encoder = new TextEncoder();

/** Writes each character as the byte-level alphabet's characters for its UTF-8 bytes. */
export const toByteAlphabet: Normalizer = (text) =>
  Array.from(text.matchAll(/[^!-~]/gu), ({ 0: character, index }) => ({
    start: index,
    end: index + character.length,
    replacement: Array.from(encoder.encode(character), (byte) => characterOfByte[byte]).join(''),
  }));

/** The same for pieces, which stay whole. */
export const piecesToByteAlphabet: PreTokenizer = (source, start, end, handle) => {
  const edited = normalize([toByteAlphabet], source, start, end);
  return handle(edited, 0, edited.text.length);
};
