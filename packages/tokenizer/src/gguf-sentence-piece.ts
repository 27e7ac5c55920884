import { CharacterMap } from './character-map.ts';
import { numbersOf } from './gguf-numbers.ts';
import type { GgufParts, GgufSource } from './gguf-readers.ts';
import { prepend, replaceAll } from './normalizer.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';
import { pieceIndex } from './piece-index.ts';
import { wholeText } from './pre-tokenizer.ts';
import { scoredPairModel } from './scored-pair-model.ts';
import { SentencePieceDecoder } from './sentence-piece-decoder.ts';
import { sentencePieceNormalizer } from './sentence-piece-normalizer.ts';
import { spaceSymbol } from './space-symbol.ts';
import { isSpecialKind, TokenKind } from './token-kind.ts';
import { unigramModel, unknownPenalty } from './unigram-model.ts';
import { unknownText } from './unknown-text.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Reads GGUF's kind `llama`: SentencePiece's byte-pair encoding, as llama.cpp does it.
 *
 * Source: `llm_tokenizer_spm_session` and `llama_vocab::impl::tokenize` in src/llama-vocab.cpp of
 * https://github.com/ggml-org/llama.cpp. Here text cannot become control tokens, which have the highest scores.
 */
export function readGgufScoredPairs({ vocabulary, get, id }: GgufSource): GgufParts {
  const ids = { bos: 1, eos: 2, unknown: 0 };
  const addsSpace = get('add_space_prefix').boolean(true);
  const escaped = replaceAll(/ /g, spaceSymbol);
  const unknown = unknownText(id('unknown', ids.unknown), (token) => vocabulary.idOf(token));
  return {
    normalizers: addsSpace ? [prepend(' '), escaped] : [escaped],
    preTokenizer: wholeText,
    model: scoredPairModel(vocabulary, {
      idOf: ordinaryTokens(vocabulary),
      scores: readScores(get, vocabulary.size),
      unknown,
    }),
    decoder: llamaCppDecoder(vocabulary, addsSpace),
    ids,
    addBos: true,
  };
}

/**
 * Reads GGUF's kind `t5`: SentencePiece's unigram model, as llama.cpp does it.
 *
 * Source: `llm_tokenizer_ugm_session` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp.
 */
export function readGgufUnigram({ vocabulary, get, id }: GgufSource): GgufParts {
  const { tokens, kinds } = vocabulary;
  const ids = { eos: 1, unknown: 2, padding: 0 };
  const scores = readScores(get, tokens.length);
  let smallest = 3.4028234663852886e38;
  for (const [token, score] of scores.entries()) {
    if (kinds[token] === TokenKind.normal) smallest = Math.min(smallest, score);
    if (kinds[token] === TokenKind.userDefined) scores[token] = 0;
  }
  const map = get('precompiled_charsmap');
  const addsSpace = get('add_space_prefix').boolean();
  const isPiece = (token: number) =>
    [TokenKind.normal, TokenKind.userDefined, TokenKind.unused].some((kind) => kind === kinds[token]);
  return {
    normalizers: [
      sentencePieceNormalizer({
        characterMap: map.absent ? undefined : new CharacterMap(Uint8Array.from(numbersOf(map)), map),
        addDummyPrefix: addsSpace,
        removeExtraWhitespaces: get('remove_extra_whitespaces').boolean(),
        escapeWhitespaces: true,
        verbatimEnd: beginningsOf(tokens.filter((_, token) => kinds[token] === TokenKind.userDefined)),
        asLlamaCpp: true,
      }),
    ],
    preTokenizer: wholeText,
    model: unigramModel(pieceIndex(tokens, isPiece), scores, unknownText(id('unknown', ids.unknown)), {
      unknownScore: Math.fround(smallest - unknownPenalty),
    }),
    decoder: llamaCppDecoder(vocabulary, addsSpace),
    ids,
    addBos: false,
    addEos: true,
  };
}

/** In single precision, as the file has them; a file without scores has them all equal. */
function readScores(get: GgufSource['get'], size: number): Float64Array {
  const node = get('scores');
  return Float64Array.from(node.absent ? new Float64Array(size) : numbersOf(node, size), Math.fround);
}

/** The space in front is left out, wherever BOS is; llama.cpp does so only for texts without BOS. */
export function llamaCppDecoder(vocabulary: Vocabulary, addsSpace: boolean): SentencePieceDecoder {
  return new SentencePieceDecoder(vocabulary, {
    leadingSpaces: addsSpace ? 'dropOne' : 'keep',
    write: (token, kind) => {
      if (kind === TokenKind.normal) return token.replaceAll(spaceSymbol, ' ');
      return kind === TokenKind.userDefined || isSpecialKind(kind) ? token : '';
    },
  });
}

const longestBeginning = 256;

/** llama.cpp leaves a text as it is where it is but the beginning of a user-defined token. */
function beginningsOf(tokens: readonly (string | undefined)[]): (text: string, start: number) => number {
  const beginnings = new Set<string>();
  for (const token of tokens) {
    const length = Math.min(token?.length ?? 0, longestBeginning);
    for (let end = 1; end <= length; end++) beginnings.add(token!.slice(0, end));
  }
  return (text, start) => {
    let end = start;
    while (end < text.length && beginnings.has(text.slice(start, end + 1))) end++;
    return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 && end > start ? end - 1 : end;
  };
}
