import { characterOfByte } from './byte-alphabet.ts';
import type { Normalizer } from './normalizer.ts';
import { normalize } from './normalizer.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import type { Edit } from './source-text.ts';

const encoder = new TextEncoder();
const written = new Map<string, string>();

/** Writes each character as the byte-level alphabet's characters for its UTF-8 bytes. */
export const toByteAlphabet: Normalizer = (text) => {
  const edits: Edit[] = [];
  for (let start = 0; start < text.length; ) {
    const code = text.codePointAt(start)!;
    const end = start + (code > 0xffff ? 2 : 1);
    if (code <= 32 || code >= 127) edits.push({ start, end, replacement: write(text.slice(start, end)) });
    start = end;
  }
  return edits;
};

function write(character: string): string {
  let result = written.get(character);
  if (result === undefined) {
    result = Array.from(encoder.encode(character), (byte) => characterOfByte[byte]).join('');
    if (written.size < 4096) written.set(character, result);
  }
  return result;
}

/** The same for pieces, which stay whole. */
export const piecesToByteAlphabet: PreTokenizer = (source, start, end, handle) => {
  const edited = normalize([toByteAlphabet], source, start, end);
  return handle(edited, 0, edited.text.length);
};
