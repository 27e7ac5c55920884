import type { StreamingDecoder } from '@llamella/spec';
import { StopMatcher } from './stop-matcher.ts';

/** Tokens in, certain text out. */
export class TextOutput {
  readonly #decoder: StreamingDecoder;
  readonly #matcher: StopMatcher;

  constructor(decoder: StreamingDecoder, stopStrings: readonly string[]) {
    this.#decoder = decoder;
    this.#matcher = new StopMatcher(stopStrings);
  }

  /** Whether a stop string was found. */
  get stopped(): boolean {
    return this.#matcher.stopped;
  }

  push(token: number): string {
    return this.#matcher.push(this.#decoder.push(token));
  }

  /** Ends the stream. @returns the rest of the text */
  end(): string {
    return this.#matcher.push(this.#decoder.flush()) + this.#matcher.end();
  }
}
