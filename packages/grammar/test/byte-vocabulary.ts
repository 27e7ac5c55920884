import type { TokenConstraint, TokenGrammar } from '@llamella/spec';
import { createGrammarCompiler, type GrammarCompiler } from '../src/index.ts';

/** One token for each byte, then an end token. */
export const endToken = 256;
export const byteVocabulary = {
  vocabularySize: 257,
  endOfGenerationIds: new Set([endToken]),
  tokenBytes: (id: number): Uint8Array => (id === endToken ? new Uint8Array(0) : Uint8Array.of(id)),
};

export const byteCompiler = (): GrammarCompiler => createGrammarCompiler(byteVocabulary);

export function allows(constraint: TokenConstraint, token: number): boolean {
  const mask = new Uint32Array((constraint.vocabularySize + 31) >>> 5).fill(0xffffffff);
  constraint.fillMask(mask);
  return ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1;
}

/** Whether a grammar allows a text as a whole, byte by byte. */
export function matches(grammar: TokenGrammar, text: string): boolean {
  using constraint = grammar.createConstraint();
  for (const byte of new TextEncoder().encode(text)) {
    if (!allows(constraint, byte)) return false;
    constraint.accept(byte);
  }
  return allows(constraint, endToken);
}
