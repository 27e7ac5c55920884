import { type EncodeOptions, InvalidArgumentError, type SpecialTokenIds } from '@llamella/spec';
import { type AllowedTokens, addedTokenSplitter, type TokenPattern } from './added-tokens.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { holdGraphemes } from './graphemes.ts';
import { type Normalizer, normalize } from './normalizer.ts';
import type { PostProcessor, TemplatePiece } from './post-processor.ts';
import type { PieceHandler, PreTokenizer } from './pre-tokenizer.ts';
import { OriginalText, type SourceText } from './source-text.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import type { TokenDecoder } from './token-decoder.ts';
import { isSpecialKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import { TokenSink } from './token-sink.ts';
import { trimOffsets } from './trim-offsets.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a tokenizer is put together from. */
export interface TokenizerParts {
  readonly vocabulary: Vocabulary;
  /** Tokens looked for before and after normalization. */
  readonly rawTokens: readonly TokenPattern[];
  readonly normalizedTokens?: readonly TokenPattern[];
  readonly normalizers?: readonly Normalizer[] | undefined;
  readonly preTokenizer: PreTokenizer;
  readonly model: TokenModel;
  readonly decoder: TokenDecoder;
  readonly post: PostProcessor;
  readonly roles: Readonly<Partial<Record<keyof SpecialTokenIds, number | undefined>>>;
  /** Ids after which generation ends, besides EOS. */
  readonly ends?: readonly (number | undefined)[];
}

/** Runs a text through the parts: added tokens, normalizers, pre-tokenizer, model, template. */
export function composeTokenizer(parts: TokenizerParts): TextTokenizer {
  const { vocabulary, normalizers = [], preTokenizer, model, decoder, post, roles, ends = [] } = parts;
  const { tokens, kinds, size } = vocabulary;
  const splitRaw = addedTokenSplitter(parts.rawTokens);
  const splitNormalized = addedTokenSplitter(parts.normalizedTokens ?? []);
  const textAt = post.single.findIndex((piece) => 'sequence' in piece);
  const idsOf = (pieces: readonly TemplatePiece[]) =>
    pieces.flatMap((piece) => ('ids' in piece ? piece.ids : []));
  const prefix = idsOf(post.single.slice(0, textAt));
  const suffix = idsOf(post.single.slice(textAt));

  /** Takes tokens as they are and hands the text between them on. */
  const encodeStretches = (
    split: typeof splitRaw,
    source: SourceText,
    start: number,
    end: number,
    parse: AllowedTokens,
    sink: TokenSink,
    encodeText: (start: number, end: number) => boolean,
  ) =>
    split(source.text, start, end, parse, (from, to, token) => {
      if (!token) return encodeText(from, to);
      sink.pushRange(token.id, source, from, to);
      return !sink.full;
    });

  /** A part of the text without tokens that are looked for before normalization. */
  const encodePlain = (
    source: SourceText,
    start: number,
    end: number,
    parse: AllowedTokens,
    sink: TokenSink,
  ) => {
    if (normalizers.length > 0) {
      source = normalize(normalizers, source, start, end);
      start = 0;
      end = source.text.length;
    }
    const encodePiece: PieceHandler = (piece, from, to) => {
      model.encode(piece, from, to, sink);
      return !sink.full;
    };
    return encodeStretches(splitNormalized, source, start, end, parse, sink, (from, to) =>
      preTokenizer(source, from, to, encodePiece),
    );
  };

  const run = (text: string, options: EncodeOptions = {}, withOffsets = false, limit?: number): TokenSink => {
    if (typeof text !== 'string')
      throw new InvalidArgumentError('text', `must be a string, is ${typeof text}`);
    const { addSpecialTokens: around = true, parseSpecialTokens: special = false } = options;
    const parse = typeof special === 'boolean' ? special : new Set(special);
    const sink = new TokenSink(withOffsets, limit);
    const source = new OriginalText(text.toWellFormed());
    if (around) for (const id of prefix) sink.push(id);
    encodeStretches(splitRaw, source, 0, text.length, parse, sink, (start, end) =>
      encodePlain(source, start, end, parse, sink),
    );
    if (around) for (const id of suffix) sink.push(id);
    return sink;
  };

  const check = (id: number): number => {
    if (!(Number.isInteger(id) && id >= 0 && id < size))
      throw new InvalidArgumentError('ids', `${id} is not in [0, ${size})`);
    return id;
  };
  const isSpecial = (id: number) => isSpecialKind(kinds[check(id)]);

  return {
    vocabularySize: size,
    specialTokenIds: Object.fromEntries(Object.entries(roles).filter(([, id]) => id !== undefined)),
    endOfGenerationIds: endOfGenerationIds(vocabulary, [roles.eos, ...ends]),
    template: post,
    encode: (text, options) => run(text, options).ids(),
    encodeWithOffsets(text, options) {
      const sink = run(text, options, true);
      const ids = sink.ids();
      const offsets = sink.offsets();
      if (post.trimOffsets) trimOffsets(text, ids, offsets, vocabulary, post.addPrefixSpace);
      return { ids, offsets };
    },
    countTokens: (text, options) => run(text, options).length,
    isWithinLimit(text, limit, options) {
      if (!(limit >= 0)) throw new InvalidArgumentError('limit', `must be 0 or more, is ${limit}`);
      return !run(text, options, false, limit).full;
    },
    decode(ids, options) {
      const list = Array.from(ids, check);
      return decoder.decode(options?.skipSpecialTokens ? list.filter((id) => !isSpecial(id)) : list);
    },
    createDecoder(options) {
      const bare = decoder.stream();
      const stream = options?.wholeGraphemes ? holdGraphemes(bare) : bare;
      return {
        push: (id) => (isSpecial(id) && options?.skipSpecialTokens ? '' : stream.push(id)),
        flush: () => stream.flush(),
      };
    },
    idToToken: (id) => tokens[id],
    tokenToId: (token) => vocabulary.idOf(token),
    tokenBytes: (id) => (isSpecial(id) ? new Uint8Array(0) : decoder.bytesOf(id).slice()),
  };
}
