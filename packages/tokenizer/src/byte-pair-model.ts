import { characterOfByte } from './byte-alphabet.ts';
import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { MergeTable } from './merge-table.ts';
import { PieceCache } from './piece-cache.ts';
import type { SourceText } from './source-text.ts';
import { isSpecialKind } from './token-kind.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';
import { writeUtf8 } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';

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
  readonly #table: MergeTable;
  readonly #options: BytePairOptions;
  readonly #byteIds: Int32Array;
  readonly #cache = new PieceCache();
  #bytes = new Uint8Array(0);
  #ids = new Int32Array(0);
  #starts = new Int32Array(0);

  constructor(vocabulary: Vocabulary, table: MergeTable, options: BytePairOptions) {
    this.#vocabulary = vocabulary;
    this.#table = table;
    this.#options = options;
    this.#byteIds = Int32Array.from(characterOfByte, (character) => vocabulary.idOf(character) ?? -1);
  }

  encode(source: SourceText, start: number, end: number, sink: TokenSink): void {
    if (sink.withOffsets) {
      this.#encodeWithOffsets(source, start, end, sink);
      return;
    }
    const piece = source.text.substring(start, end);
    let ids = this.#cache.get(piece);
    if (ids === undefined) {
      const count = this.#merge(piece, 0, piece.length);
      ids = Array.from(this.#ids.subarray(0, count));
      this.#cache.set(piece, ids);
    }
    for (let i = 0; i < ids.length; i++) sink.push(ids[i]!);
  }

  #encodeWithOffsets(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const unitStarts = new Uint32Array((end - start) * 3);
    const unitEnds = new Uint32Array((end - start) * 3);
    const count = this.#merge(source.text, start, end, unitStarts, unitEnds);
    for (let i = 0; i < count; i++) {
      const first = unitStarts[this.#starts[i]!]!;
      const last = unitEnds[this.#starts[i + 1]! - 1]!;
      sink.pushRange(this.#ids[i]!, source, first, last);
    }
  }

  /** Leaves ids and byte positions of `text[start, end)` in `#ids` and `#starts`. @returns their number. */
  #merge(text: string, start: number, end: number, unitStarts?: Uint32Array, unitEnds?: Uint32Array): number {
    this.#reserve((end - start) * 3);
    const length = writeUtf8(text, start, end, this.#bytes, unitStarts, unitEnds);
    if (this.#options.ignoreMerges) {
      const id = this.#wholeToken(length);
      if (id !== undefined) {
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

  /** A token for all the bytes; never a control token, which text must not be able to forge. */
  #wholeToken(length: number): number | undefined {
    if (length > this.#vocabulary.longest) return undefined;
    let name = '';
    for (let i = 0; i < length; i++) name += characterOfByte[this.#bytes[i]!]!;
    const id = this.#vocabulary.idOf(name);
    return id === undefined || isSpecialKind(this.#vocabulary.kinds[id]) ? undefined : id;
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#bytes.length) return;
    const room = Math.max(256, byteLength);
    this.#bytes = new Uint8Array(room);
    this.#ids = new Int32Array(room);
    this.#starts = new Int32Array(room + 1);
  }
}
