import type { TokenModel } from './token-model.ts';

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
export function wordPieceModel(options: WordPieceOptions): TokenModel {
  const { idOf, prefix, longestWord, longestToken, unknownId } = options;
  /** Ids and ends of the tokens of a word; none for a word that the vocabulary cannot spell. */
  const spell = (text: string, start: number, end: number): (readonly [number, number])[] => {
    let characters = 0;
    for (let at = start; at < end; at += text.codePointAt(at)! > 0xffff ? 2 : 1) {
      if (++characters > longestWord) return [];
    }
    const tokens: [number, number][] = [];
    for (let from = start; from < end; ) {
      const before = from > start ? prefix : '';
      let to = Math.min(end, from + longestToken);
      let id: number | undefined;
      while (to > from && (id = idOf(before + text.slice(from, to))) === undefined) to--;
      if (id === undefined) return [];
      tokens.push([id, to]);
      from = to;
    }
    return tokens;
  };
  return {
    encode(source, start, end, sink) {
      const tokens = spell(source.text, start, end);
      if (tokens.length === 0) sink.pushRange(unknownId(), source, start, end);
      let from = start;
      for (const [id, to] of tokens) {
        sink.pushRange(id, source, from, to);
        from = to;
      }
    },
  };
}
