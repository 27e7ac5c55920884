import {
  type DecodeOptions,
  type EncodeOptions,
  InvalidArgumentError,
  type SpecialTokenIds,
  type StreamingDecoder,
} from '@llamella/spec';
import type { AddedTokenMatcher, AllowedTokens, StretchHandler } from './added-tokens.ts';
import { holdGraphemes } from './graphemes.ts';
import { type Normalizer, normalize } from './normalizer.ts';
import type { PostProcessor, TemplatePiece } from './post-processor.ts';
import type { PieceHandler, PreTokenizer } from './pre-tokenizer.ts';
import { OriginalText, type SourceText } from './source-text.ts';
import type { EncodingWithOffsets, TextTokenizer } from './text-tokenizer.ts';
import type { TokenDecoder } from './token-decoder.ts';
import { isSpecialKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import { TokenSink } from './token-sink.ts';
import { trimOffsets } from './trim-offsets.ts';
import { toWellFormed } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a tokenizer is put together from. */
export interface TokenizerParts {
  readonly vocabulary: Vocabulary;
  /** Tokens looked for before and after normalization. */
  readonly rawTokens: AddedTokenMatcher;
  readonly normalizedTokens: AddedTokenMatcher;
  readonly normalizers: readonly Normalizer[];
  readonly preTokenizer: PreTokenizer;
  readonly model: TokenModel;
  readonly decoder: TokenDecoder;
  readonly post: PostProcessor;
  readonly specialTokenIds: SpecialTokenIds;
  readonly endOfGenerationIds: ReadonlySet<number>;
}

/** Runs a text through the parts: added tokens, normalizers, pre-tokenizer, model, template. */
export class ComposedTokenizer implements TextTokenizer {
  readonly vocabularySize: number;
  readonly specialTokenIds: SpecialTokenIds;
  readonly endOfGenerationIds: ReadonlySet<number>;
  readonly template: TextTokenizer['template'];
  readonly #parts: TokenizerParts;
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];

  constructor(parts: TokenizerParts) {
    this.#parts = parts;
    this.template = parts.post;
    const { single } = parts.post;
    const at = single.findIndex((piece) => 'sequence' in piece);
    const ids = (pieces: readonly TemplatePiece[]) =>
      pieces.flatMap((piece) => ('ids' in piece ? piece.ids : []));
    this.#prefix = ids(single.slice(0, at));
    this.#suffix = ids(single.slice(at));
    this.vocabularySize = parts.vocabulary.size;
    this.specialTokenIds = parts.specialTokenIds;
    this.endOfGenerationIds = parts.endOfGenerationIds;
  }

  encode(text: string, options?: EncodeOptions): Uint32Array {
    return this.#run(text, options, new TokenSink(false)).ids();
  }

  encodeWithOffsets(text: string, options?: EncodeOptions): EncodingWithOffsets {
    const sink = this.#run(text, options, new TokenSink(true));
    const { post, vocabulary } = this.#parts;
    const ids = sink.ids();
    const offsets = sink.offsets();
    if (post.trimOffsets) trimOffsets(text, ids, offsets, vocabulary, post.addPrefixSpace);
    return { ids, offsets };
  }

  countTokens(text: string, options?: EncodeOptions): number {
    return this.#run(text, options, new TokenSink(false)).length;
  }

  isWithinLimit(text: string, limit: number, options?: EncodeOptions): boolean {
    if (!(limit >= 0)) throw new InvalidArgumentError('limit', `must be a number of tokens, is ${limit}`);
    return !this.#run(text, options, new TokenSink(false, limit)).full;
  }

  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    const list = Array.from(ids, (id) => this.#check(id));
    const kept = options?.skipSpecialTokens ? list.filter((id) => !this.#isSpecial(id)) : list;
    return this.#parts.decoder.decode(kept);
  }

  createDecoder(options?: DecodeOptions): StreamingDecoder {
    const bare = this.#parts.decoder.stream();
    const stream = options?.wholeGraphemes ? holdGraphemes(bare) : bare;
    return {
      push: (id) =>
        options?.skipSpecialTokens && this.#isSpecial(this.#check(id)) ? '' : stream.push(this.#check(id)),
      flush: () => stream.flush(),
    };
  }

  idToToken(id: number): string | undefined {
    return this.#parts.vocabulary.tokens[id];
  }

  tokenToId(token: string): number | undefined {
    return this.#parts.vocabulary.idOf(token);
  }

  tokenBytes(id: number): Uint8Array {
    return this.#isSpecial(this.#check(id)) ? new Uint8Array(0) : this.#parts.decoder.bytesOf(id).slice();
  }

  #run(text: string, options: EncodeOptions | undefined, sink: TokenSink): TokenSink {
    if (typeof text !== 'string')
      throw new InvalidArgumentError('text', `must be a string, is ${typeof text}`);
    const { rawTokens } = this.#parts;
    const around = options?.addSpecialTokens ?? true;
    const special = options?.parseSpecialTokens ?? false;
    const parse = typeof special === 'boolean' ? special : new Set(special);
    const source = new OriginalText(toWellFormed(text));
    if (around) for (const id of this.#prefix) sink.pushEmpty(id);
    rawTokens.split(
      source.text,
      0,
      source.text.length,
      parse,
      this.#stretches(source, sink, (start, end) => this.#plain(source, start, end, parse, sink)),
    );
    if (around) for (const id of this.#suffix) sink.pushEmpty(id);
    return sink;
  }

  /** A part of the text without tokens that are looked for before normalization. */
  #plain(source: SourceText, start: number, end: number, parse: AllowedTokens, sink: TokenSink): boolean {
    const { normalizers, normalizedTokens, preTokenizer, model } = this.#parts;
    if (normalizers.length > 0) {
      source = normalize(normalizers, source, start, end);
      start = 0;
      end = source.text.length;
    }
    const encodePiece: PieceHandler = (piece, from, to) => {
      model.encode(piece, from, to, sink);
      return !sink.full;
    };
    return normalizedTokens.split(
      source.text,
      start,
      end,
      parse,
      this.#stretches(source, sink, (from, to) => preTokenizer(source, from, to, encodePiece)),
    );
  }

  /** Takes tokens as they are and hands the text between them on. */
  #stretches(
    source: SourceText,
    sink: TokenSink,
    text: (start: number, end: number) => boolean,
  ): StretchHandler {
    return (start, end, token) => {
      if (!token) return text(start, end);
      sink.pushRange(token.id, source, start, end);
      return !sink.full;
    };
  }

  #isSpecial(id: number): boolean {
    return isSpecialKind(this.#parts.vocabulary.kinds[id]);
  }

  #check(id: number): number {
    if (!(Number.isInteger(id) && id >= 0 && id < this.vocabularySize)) {
      throw new InvalidArgumentError(
        'ids',
        `${id} is not an id of the vocabulary, which has ${this.vocabularySize}`,
      );
    }
    return id;
  }
}
