import type { SourceText } from './source-text.ts';
import type { TokenSink } from './token-sink.ts';

/** Turns one piece of text, as the pre-tokenizer cut it, into ids. */
export interface TokenModel {
  encode(source: SourceText, start: number, end: number, sink: TokenSink): void;
}
