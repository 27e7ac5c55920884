import type { DecodeOptions, StreamingDecoder, Tokenizer } from '@llamella/spec';
import { StopMatcher } from './stop-matcher.ts';

/** Tokens in, certain text out. */
export class TextOutput {
  readonly #decoder: StreamingDecoder;
  readonly #known: number;
  readonly #matcher: StopMatcher;

  constructor(tokenizer: Tokenizer, decode: DecodeOptions | undefined, stopStrings: readonly string[]) {
    this.#decoder = tokenizer.createDecoder(decode);
    this.#known = tokenizer.vocabularySize;
    this.#matcher = new StopMatcher(stopStrings);
  }

  /** Whether a stop string was found. */
  get stopped(): boolean {
    return this.#matcher.stopped;
  }

  /** Rows that pad the output matrix beyond the tokenizer's vocabulary have no text. */
  push(token: number): string {
    return token < this.#known ? this.#matcher.push(this.#decoder.push(token)) : '';
  }

  /** Ends the stream. @returns the rest of the text */
  end(): string {
    return this.#matcher.push(this.#decoder.flush()) + this.#matcher.end();
  }
}
