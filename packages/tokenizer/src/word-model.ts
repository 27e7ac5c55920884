import { longestKey, PieceCache } from './piece-cache.ts';
import type { SourceText } from './source-text.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How SentencePiece writes a space: U+2581. */
export const spaceSymbol = '\u2581';

/**
 * A model that merges symbols. Where two characters do not follow one another in any token, nothing merges across
 * them, so a text is cut there. Parts that come again, most of which are words, need not be merged again.
 */
export abstract class WordModel implements TokenModel {
  readonly #mayCut: boolean;
  /** A bit for the hash of each two units that follow one another in a token. */
  readonly #neighbours = new Uint32Array(1 << 15);
  /** The units that are tokens. Between two others runs of unknown characters may go on. */
  readonly #known = new Uint8Array(1 << 16);
  readonly #cache = new PieceCache();
  /** Tokens of the part at work, and the units that each stands for. */
  #ids = new Int32Array(256);
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  #count = 0;
  /** See `PieceCache.spans`. */
  readonly #spans = new Uint16Array(3 * longestKey);

  /** @param mayCut whether the model does nothing else with pieces as wholes */
  constructor(vocabulary: Vocabulary, mayCut: boolean) {
    this.#mayCut = mayCut;
    for (const token of mayCut ? vocabulary.tokens : []) {
      if (token?.length === 1) this.#known[token.charCodeAt(0)] = 1;
      for (let i = 1; i < (token?.length ?? 0); i++) {
        const bit = neighbourBit(token!, i);
        this.#neighbours[bit >>> 5]! |= 1 << (bit & 31);
      }
    }
  }

  encode(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const { text } = source;
    for (let from = start; from < end && !sink.full; ) {
      let to = this.#mayCut ? from + 1 : end;
      while (to < end && !this.#isBorder(text, to)) to++;
      if (to - from > longestKey) this.#encodeLong(source, from, to, sink);
      else this.#encodeShort(source, from, to, sink);
      from = to;
    }
  }

  #isBorder(text: string, at: number): boolean {
    const bit = neighbourBit(text, at);
    const unit = text.charCodeAt(at);
    return (
      ((this.#neighbours[bit >>> 5]! >>> (bit & 31)) & 1) === 0 &&
      (unit & 0xfc00) !== 0xdc00 &&
      this.#known[unit]! + this.#known[text.charCodeAt(at - 1)]! > 0
    );
  }

  /** Hands the tokens of `text[start, end)`, in which nothing merges with the text around it, to `put`. */
  protected abstract merge(text: string, start: number, end: number): void;

  protected put(id: number, start: number, end: number): void {
    if (this.#count === this.#ids.length) this.#resize(2 * this.#count);
    this.#ids[this.#count] = id;
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
  }

  #encodeShort(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const cache = this.#cache;
    const { text } = source;
    if (!cache.find(text, start, end)) {
      this.#count = 0;
      this.merge(text, start, end);
      for (let i = 0; i < this.#count; i++) {
        this.#spans[i] = (this.#starts[i]! - start) | ((this.#ends[i]! - start) << 8);
      }
      cache.add(text, start, end, this.#ids, this.#spans, this.#count);
    }
    if (!sink.withOffsets) {
      sink.pushAll(cache.ids, cache.start, cache.end);
      return;
    }
    for (let i = cache.start; i < cache.end; i++) {
      const span = cache.spans[i]!;
      sink.pushRange(cache.ids[i]!, source, start + (span & 0xff), start + (span >> 8));
    }
  }

  #encodeLong(source: SourceText, start: number, end: number, sink: TokenSink): void {
    this.#count = 0;
    this.merge(source.text, start, end);
    for (let i = 0; i < this.#count; i++) {
      sink.pushRange(this.#ids[i]!, source, this.#starts[i]!, this.#ends[i]!);
    }
    if (this.#ids.length > keptRoom) this.#resize(256);
  }

  #resize(room: number): void {
    const grown = (old: Int32Array) => {
      const array = new Int32Array(room);
      array.set(old.subarray(0, room));
      return array;
    };
    this.#ids = grown(this.#ids);
    this.#starts = grown(this.#starts);
    this.#ends = grown(this.#ends);
  }
}

function neighbourBit(text: string, at: number): number {
  return (Math.imul(text.charCodeAt(at - 1), 0x9e3779b1) ^ Math.imul(text.charCodeAt(at), 0x85ebca6b)) >>> 12;
}

/** Buffers for more tokens than this are let go after use. */
const keptRoom = 1 << 16;
