import type { SourceText } from './source-text.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';

export interface WordPieceOptions {
  /** Finds the token that a text is. */
  readonly idOf: (text: string) => number | undefined;
  /** Goes before every part of a word but the first. */
  readonly prefix: string;
  /** Words with more characters are unknown as a whole. */
  readonly longestWord: number;
  /** Length in UTF-16 units of the longest token. */
  readonly longestToken: number;
  /** The id of words that the vocabulary cannot spell. */
  readonly unknownId: () => number;
}

/**
 * WordPiece: cuts a word into the longest tokens, from its start on.
 *
 * Source: Schuster and Nakajima, "Japanese and Korean Voice Search", 2012; models/wordpiece of
 * https://github.com/huggingface/tokenizers
 */
export class WordPieceModel implements TokenModel {
  readonly #options: WordPieceOptions;
  #ids: number[] = [];
  #ends: number[] = [];

  constructor(options: WordPieceOptions) {
    this.#options = options;
  }

  encode(source: SourceText, start: number, end: number, sink: TokenSink): void {
    if (!this.#spell(source.text, start, end)) {
      sink.pushRange(this.#options.unknownId(), source, start, end);
      return;
    }
    let from = start;
    for (let i = 0; i < this.#ids.length; i++) {
      const to = this.#ends[i]!;
      sink.pushRange(this.#ids[i]!, source, from, to);
      from = to;
    }
  }

  #spell(text: string, start: number, end: number): boolean {
    const { idOf, prefix, longestWord, longestToken } = this.#options;
    let characters = 0;
    for (let at = start; at < end; at += text.codePointAt(at)! > 0xffff ? 2 : 1) {
      if (++characters > longestWord) return false;
    }
    this.#ids = [];
    this.#ends = [];
    for (let from = start; from < end; ) {
      const before = from > start ? prefix : '';
      let to = Math.min(end, from + longestToken);
      let id: number | undefined;
      while (to > from && (id = idOf(before + text.slice(from, to))) === undefined) to--;
      if (id === undefined) return false;
      this.#ids.push(id);
      this.#ends.push(to);
      from = to;
    }
    return true;
  }
}
