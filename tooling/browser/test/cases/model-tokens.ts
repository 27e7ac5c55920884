import type { ByteSource } from '@llamella/spec';
import { tokenizerFromGguf } from '@llamella/tokenizer';
import { openGguf } from '@llamella/weights';
import { seededStrings } from './strings.ts';

export interface ModelTokens {
  /** Of each text, joined. */
  readonly ids: string[];
  /** Of each text's ids, streamed. */
  readonly decoded: string[];
}

/** Tokens of 400 texts by the vocabulary in a GGUF file, given as its splits. */
export async function modelTokens(sources: readonly ByteSource[]): Promise<ModelTokens> {
  await using checkpoint = await openGguf(sources);
  const tokenizer = tokenizerFromGguf(checkpoint.metadata);
  const encoded = seededStrings(400, 5).map((text) => tokenizer.encode(text));
  return {
    ids: encoded.map((ids) => ids.join(' ')),
    decoded: encoded.map((ids) => {
      const decoder = tokenizer.createDecoder();
      return Array.from(ids, (id) => decoder.push(id)).join('') + decoder.flush();
    }),
  };
}
