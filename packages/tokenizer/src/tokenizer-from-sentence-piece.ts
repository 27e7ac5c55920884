import { InvalidArgumentError } from '@llamella/spec';
import { composeTokenizer } from './composed-tokenizer.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { type PieceIndex, pieceIndex } from './piece-index.ts';
import { surroundWith } from './post-processor.ts';
import { wholeText } from './pre-tokenizer.ts';
import { readSentencePiece, type SentencePieceModel } from './read-sentence-piece.ts';
import { scoredPairModel } from './scored-pair-model.ts';
import { SentencePieceDecoder } from './sentence-piece-decoder.ts';
import { sentencePieceNormalizer } from './sentence-piece-normalizer.ts';
import { spaceSymbol } from './space-symbol.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { TokenKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import { unigramModel, unknownPenalty } from './unigram-model.ts';
import { byteToken, type UnknownText, unknownText } from './unknown-text.ts';
import { verbatimTokens } from './verbatim-tokens.ts';
import { makeVocabulary } from './vocabulary.ts';

/** What a `tokenizer.model` does not say. */
export interface SentencePieceOptions extends FileOptions {
  /** Whether `addSpecialTokens` puts BOS before texts. Default `false`. */
  readonly addBos?: boolean;
  /** Whether `addSpecialTokens` puts EOS after texts. Default `false`. */
  readonly addEos?: boolean;
}

/**
 * Makes the tokenizer that a `tokenizer.model` of SentencePiece describes, of type `unigram` or `bpe`. Ids and decoded
 * text are those of SentencePiece itself, which are not always those of the same tokenizer in a tokenizer.json:
 * user-defined symbols are a part of the text that the model cuts, and control tokens are decoded to nothing. With
 * `parseSpecialTokens`, texts between control tokens are encoded one by one, each with its own leading space.
 *
 * @param bytes the content of the file
 * @throws {InvalidFileError} naming the field that is missing or wrong
 * @throws {UnsupportedError} for model types `word` and `char`, and for files that rewrite decoded text
 */
export function tokenizerFromSentencePiece(
  bytes: Uint8Array,
  options: SentencePieceOptions = {},
): TextTokenizer {
  if (!(bytes instanceof Uint8Array)) throw new InvalidArgumentError('bytes', 'must be a Uint8Array');
  const file = options.name ?? 'tokenizer.model';
  const model = readSentencePiece(bytes, file);
  const { kinds } = model;
  const pieces = new FileNode(undefined, 'pieces', file);
  const vocabulary = makeVocabulary(model.tokens, kinds, pieces);
  const unknownId = kinds.indexOf(TokenKind.unknown);
  if (unknownId < 0 || kinds.includes(TokenKind.unknown, unknownId + 1)) {
    pieces.fail('expected exactly one of type UNKNOWN');
  }
  const byteIdOf = (token: string) => {
    const id = vocabulary.idOf(token);
    return id !== undefined && kinds[id] === TokenKind.byte ? id : undefined;
  };
  if (model.byteFallback) {
    for (let byte = 0; byte < 256; byte++) {
      if (byteIdOf(byteToken(byte)) === undefined) pieces.fail(`${byteToken(byte)} is missing`);
    }
  } else if (kinds.includes(TokenKind.byte)) {
    pieces.fail('there are pieces of type BYTE, but byte_fallback is not set');
  }
  const frozen = kinds.includes(TokenKind.userDefined)
    ? pieceIndex(model.tokens, (id) => kinds[id] === TokenKind.userDefined)
    : undefined;
  const unknown = unknownText(unknownId, model.byteFallback ? byteIdOf : undefined);
  const roleId = (role: 'bos' | 'eos' | 'padding', required = false) => {
    const id = vocabulary.idOf(model.roles[role]);
    if (id !== undefined && kinds[id] === TokenKind.control) return id;
    if (required)
      throw new InvalidArgumentError('options', `ask for ${role.toUpperCase()}, which ${file} does not have`);
    return undefined;
  };
  const around = (role: 'bos' | 'eos', asked = false) => (asked ? [roleId(role, true)!] : []);
  return composeTokenizer({
    vocabulary,
    rawTokens: verbatimTokens(vocabulary).filter(({ token }) => token.special),
    normalizers: [
      sentencePieceNormalizer({
        ...model,
        verbatimEnd: frozen && ((text, start) => longestEnd(frozen, text, start)),
      }),
    ],
    preTokenizer: wholeText,
    model: model.isUnigram
      ? singlePrecisionUnigram(model, unknown)
      : scoredPairModel(vocabulary, {
          idOf: (text) => {
            const id = vocabulary.idOf(text);
            return isPiece(kinds[id ?? -1]) ? id : undefined;
          },
          scores: model.scores,
          unknown,
          frozen,
          splitsUnused: true,
        }),
    decoder: new SentencePieceDecoder(vocabulary, {
      leadingSpaces: model.removeExtraWhitespaces ? 'dropAll' : model.addDummyPrefix ? 'dropOne' : 'keep',
      write: (token, kind) =>
        kind === TokenKind.control
          ? ''
          : kind === TokenKind.unknown
            ? model.unknownSurface
            : token.replaceAll(spaceSymbol, ' '),
    }),
    post: surroundWith(around('bos', options.addBos), around('eos', options.addEos)),
    roles: { bos: roleId('bos'), eos: roleId('eos'), unknown: unknownId, padding: roleId('padding') },
    ends: options.endOfGenerationIds ?? [],
  });
}

function longestEnd(index: PieceIndex, text: string, start: number): number {
  const count = index.beginningAt(text, start, text.length);
  return count > 0 ? index.ends[count - 1]! : start;
}

function isPiece(kind: number | undefined): boolean {
  return kind === TokenKind.normal || kind === TokenKind.userDefined || kind === TokenKind.unused;
}

/** Scores as `Model` of src/unigram_model.cc has them, in single precision. */
function singlePrecisionUnigram(
  { tokens, kinds, scores, byteFallback }: SentencePieceModel,
  unknown: UnknownText,
): TokenModel {
  const normal = scores.filter((_, id) => kinds[id] === TokenKind.normal);
  const smallest = normal.reduce((least, score) => Math.min(least, score), 3.4028234663852886e38);
  const encoder = new TextEncoder();
  return unigramModel(
    pieceIndex(tokens, (id) => isPiece(kinds[id]!) && kinds[id] !== TokenKind.unused),
    scores.map((score, id) =>
      kinds[id] === TokenKind.userDefined
        ? Math.fround(0.1 * (encoder.encode(tokens[id]).length - 1))
        : score,
    ),
    unknown,
    {
      unknownScore: Math.fround(smallest - unknownPenalty),
      singlePrecision: true,
      unknownByCharacter: byteFallback,
    },
  );
}
