import type { PieceIndex } from './piece-index.ts';
import { type PutToken, pieceModel } from './piece-model.ts';
import { ScoredMerges } from './scored-merges.ts';
import { symbolList } from './symbol-list.ts';
import { tokenBorders } from './token-borders.ts';
import { TokenKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import type { UnknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ScoredPairOptions {
  /** The id of a token that text may become. */
  readonly idOf: (text: string) => number | undefined;
  /** Score of each token. */
  readonly scores: Float64Array;
  readonly unknown: UnknownText;
  /** Pieces that are symbols from the start and never merge. */
  readonly frozen?: PieceIndex | undefined;
  /** Takes merges into unused tokens back at the end. */
  readonly splitsUnused?: boolean;
}

/** Added to the ids of symbols that never merge. */
const frozenMark = 1 << 30;

/**
 * Byte-pair encoding without a list of merges: two neighbours merge when the text of both is a token, the one with the
 * highest score first.
 *
 * Source: src/bpe_model.cc of https://github.com/google/sentencepiece, and `llm_tokenizer_spm_session` in
 * src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp.
 */
export function scoredPairModel(vocabulary: Vocabulary, options: ScoredPairOptions): TokenModel {
  const { idOf, scores, unknown, frozen } = options;
  const { tokens, kinds, size } = vocabulary;
  const splitsUnused = options.splitsUnused === true && kinds.includes(TokenKind.unused);
  /** Texts of the symbols: the tokens, then characters that only longer tokens have. */
  const texts = [...tokens];
  const parts = new Map<string, number>();
  for (const character of new Set(tokens.flatMap((token) => Array.from(token ?? '')))) {
    if (idOf(character) === undefined) parts.set(character, texts.push(character) - 1);
  }
  const merges = new ScoredMerges({
    texts,
    idOf,
    scores,
    isUnused: (id) => splitsUnused && kinds[id] === TokenKind.unused,
  });
  const symbols = symbolList();

  /** Adds a symbol per character or frozen piece. */
  const readSymbols = (text: string, start: number, end: number) => {
    for (let at = start; at < end; ) {
      const from = at;
      const found = frozen ? frozen.beginningAt(text, at, end) - 1 : -1;
      if (frozen && found >= 0) {
        at = frozen.ends[found]!;
        symbols.add(frozen.ids[found]! + frozenMark, from, at);
      } else {
        at += characterLength(text, at);
        const character = text.slice(from, at);
        symbols.add(idOf(character) ?? parts.get(character) ?? texts.length, from, at);
      }
    }
  };

  return pieceModel(
    (text, start, end, put) => {
      /** @returns whether all bytes of a character have tokens. */
      const putBytes = (from: number, to: number) => {
        const bytes = unknown.bytesOf(text.slice(from, to));
        for (const byteId of bytes) put(byteId, from, to);
        return bytes.length > 0;
      };
      const putKnown: PutToken = (id, from, to) => {
        const split = merges.splits.get(id);
        if (!split) put(id, from, to);
        for (const part of split ?? []) {
          const next = from + texts[part]!.length;
          if (part < size) putKnown(part, from, next);
          else if (!putBytes(from, next)) put(unknown.id ?? id, from, next);
          from = next;
        }
      };
      /** A run of characters without tokens becomes one unknown token. */
      let unknownStart = -1;
      let unknownEnd = -1;
      const endUnknown = () => {
        if (unknownStart >= 0 && unknown.id !== undefined) put(unknown.id, unknownStart, unknownEnd);
        unknownStart = -1;
      };
      readSymbols(text, start, end);
      merges.splits.clear();
      symbols.merge(merges, (symbol, from, to) => {
        const id = symbol & (frozenMark - 1);
        if (id < size) {
          endUnknown();
          putKnown(id, from, to);
        } else if (unknownStart >= 0 || !putBytes(from, to)) {
          if (unknownStart < 0) unknownStart = from;
          unknownEnd = to;
        }
      });
      endUnknown();
    },
    splitsUnused ? undefined : tokenBorders(vocabulary),
  );
}
