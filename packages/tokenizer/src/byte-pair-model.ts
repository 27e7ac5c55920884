import { characterOfByte } from './byte-alphabet.ts';
import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { Merges } from './merge-table.ts';
import { longestKey, PieceCache } from './piece-cache.ts';
import type { SourceText } from './source-text.ts';
import { isSpecialKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';
import { utf8Length, writeUtf8 } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Buffers for more bytes than this are let go after use. */
const keptRoom = 1 << 17;

const unitOfByte = Uint16Array.from(characterOfByte, (character) => character.charCodeAt(0));

export interface BytePairOptions {
  /** A piece that is a token as a whole becomes that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
  /** Id for bytes that the vocabulary lacks; without it they are left out, as in the reference. */
  readonly unknownId?: number | undefined;
  /** Consecutive unknown bytes give one unknown token. */
  readonly fuseUnknown?: boolean;
}

/**
 * Byte-level byte-pair encoding: a piece starts as the tokens of its UTF-8 bytes, then the pair with the lowest
 * rank is merged until no pair merges.
 *
 * Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016, over bytes as in
 * GPT-2.
 */
export class BytePairModel implements TokenModel {
  readonly #vocabulary: Vocabulary;
  readonly #table: Merges;
  readonly #options: BytePairOptions;
  readonly #byteIds: Int32Array;
  readonly #units: Uint16Array;
  readonly #cache = new PieceCache();
  #bytes = new Uint8Array(0);
  #ids = new Int32Array(0);
  #starts = new Int32Array(0);
  /** See `PieceCache.spans`. */
  readonly #spans = new Uint16Array(3 * longestKey);

  constructor(vocabulary: Vocabulary, table: Merges, options: BytePairOptions) {
    this.#vocabulary = vocabulary;
    this.#table = table;
    this.#options = options;
    this.#byteIds = Int32Array.from(characterOfByte, (character) => vocabulary.idOf(character) ?? -1);
    this.#units = new Uint16Array(vocabulary.longest);
  }

  encode(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const { text } = source;
    if (end - start > longestKey) {
      this.#encodeLong(source, start, end, sink);
      return;
    }
    const cache = this.#cache;
    if (!cache.find(text, start, end)) {
      const count = this.#merge(text, start, end);
      this.#eachRange(start, count, (i, first, last) => {
        this.#spans[i] = (first - start) | ((last - start) << 8);
      });
      cache.add(text, start, end, this.#ids, this.#spans, count);
    }
    if (sink.withOffsets) {
      for (let i = cache.start; i < cache.end; i++) {
        const span = cache.spans[i]!;
        sink.pushRange(cache.ids[i]!, source, start + (span & 0xff), start + (span >> 8));
      }
    } else {
      sink.pushAll(cache.ids, cache.start, cache.end);
    }
  }

  #encodeLong(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const count = this.#merge(source.text, start, end);
    if (sink.withOffsets) {
      this.#eachRange(start, count, (i, first, last) => sink.pushRange(this.#ids[i]!, source, first, last));
    } else {
      sink.pushAll(this.#ids, 0, count);
    }
    if (this.#bytes.length > keptRoom) this.#resize(0);
  }

  /** Gives the range of units of each token: those of all characters that it has a byte of. */
  #eachRange(start: number, count: number, handle: (i: number, first: number, last: number) => void): void {
    const bytes = this.#bytes;
    const starts = this.#starts;
    let unit = start;
    let length = utf8Length(bytes[0]!);
    let stop = length;
    const seek = (byte: number) => {
      while (stop <= byte) {
        unit += length > 3 ? 2 : 1;
        length = utf8Length(bytes[stop]!);
        stop += length;
      }
    };
    for (let i = 0; i < count; i++) {
      seek(starts[i]!);
      const first = unit;
      seek(starts[i + 1]! - 1);
      handle(i, first, unit + (length > 3 ? 2 : 1));
    }
  }

  /** Leaves ids and byte positions of `text[start, end)` in `#ids` and `#starts`. @returns their number. */
  #merge(text: string, start: number, end: number): number {
    if ((end - start) * 3 > this.#bytes.length) this.#resize(Math.max(256, (end - start) * 3));
    const length = writeUtf8(text, start, end, this.#bytes);
    if (this.#options.ignoreMerges) {
      const id = this.#wholeToken(length);
      if (id >= 0) {
        this.#ids[0] = id;
        this.#starts[0] = 0;
        this.#starts[1] = length;
        return 1;
      }
    }
    const count = this.#symbols(length);
    const merge = count > shortLength ? mergeLong : mergeShort;
    return merge(this.#ids, this.#starts, count, this.#table);
  }

  /** Fills in one symbol per byte. */
  #symbols(length: number): number {
    const { unknownId, fuseUnknown } = this.#options;
    let count = 0;
    let unknownBefore = false;
    for (let i = 0; i < length; i++) {
      let id = this.#byteIds[this.#bytes[i]!]!;
      const unknown = id < 0;
      if (unknown) {
        if (unknownId === undefined || (fuseUnknown && unknownBefore)) continue;
        id = unknownId;
      }
      unknownBefore = unknown;
      this.#ids[count] = id;
      this.#starts[count++] = i;
    }
    this.#starts[count] = length;
    return count;
  }

  /** The token for all the bytes, or -1; never a control token, which text must not be able to forge. */
  #wholeToken(length: number): number {
    const units = this.#units;
    if (length > units.length) return -1;
    for (let i = 0; i < length; i++) units[i] = unitOfByte[this.#bytes[i]!]!;
    const id = this.#vocabulary.index.findUnits(units, 0, length);
    return isSpecialKind(this.#vocabulary.kinds[id]) ? -1 : id;
  }

  #resize(room: number): void {
    this.#bytes = new Uint8Array(room);
    this.#ids = new Int32Array(room);
    this.#starts = new Int32Array(room + 1);
  }
}
