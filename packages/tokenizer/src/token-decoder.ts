import type { StreamingDecoder } from '@llamella/spec';

/** Turns ids back into text. Ids are those of the vocabulary; the caller has checked them. */
export interface TokenDecoder {
  decode(ids: readonly number[]): string;
  /** Starts a text; what `push` and `flush` return adds up to what `decode` returns. */
  stream(): StreamingDecoder;
  /** The bytes that an id stands for inside a text. A view; copy before handing it out. */
  bytesOf(id: number): Uint8Array;
}

/** Decodes a whole text as its stream does. */
export function decodeByStream(stream: StreamingDecoder, ids: readonly number[]): string {
  let text = '';
  for (const id of ids) text += stream.push(id);
  return text + stream.flush();
}
