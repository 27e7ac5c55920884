import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { MergeTable } from './merge-table.ts';
import { UnknownText } from './unknown-text.ts';
import { characterLength } from './utf8.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WordModel } from './word-model.ts';

export interface CharacterPairOptions {
  /** The id of a token that text may become. */
  readonly idOf: (text: string) => number | undefined;
  /** What tokens that do not start a piece start with, and what tokens that end a piece end with; often empty. */
  readonly prefix: string;
  readonly suffix: string;
  /** A piece that is a token as a whole becomes that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
  /** Does so for pieces of line ends alone. */
  readonly wholeLineEnds?: boolean;
  readonly unknownId: number | undefined;
  /** Consecutive unknown characters give one unknown token. */
  readonly fuseUnknown: boolean;
  /** Writes characters without a token as the tokens of their bytes. */
  readonly byteFallback: boolean;
}

/**
 * Byte-pair encoding that starts from characters. A character without a token becomes the tokens of its bytes, or the
 * unknown token.
 *
 * Source: `merge_word` in tokenizers/src/models/bpe/model.rs of https://github.com/huggingface/tokenizers.
 */
export class CharacterPairModel extends WordModel {
  readonly #table: MergeTable;
  readonly #unknown: UnknownText;
  readonly #options: CharacterPairOptions;

  constructor(vocabulary: Vocabulary, table: MergeTable, options: CharacterPairOptions) {
    // Characters that are left out make neighbours of others.
    const leavesOut = options.unknownId === undefined;
    super(vocabulary, !options.ignoreMerges && options.prefix + options.suffix === '' && !leavesOut);
    this.#table = table;
    this.#unknown = new UnknownText(options.unknownId, options.byteFallback ? options.idOf : undefined);
    this.#options = options;
  }

  protected override merge(text: string, start: number, end: number): void {
    const { ignoreMerges, wholeLineEnds } = this.#options;
    const mayBeWhole = ignoreMerges || (wholeLineEnds && /^\n+$/.test(text.slice(start, end)));
    const whole = mayBeWhole ? this.#find(text.slice(start, end)) : -1;
    if (whole >= 0) {
      this.put(whole, start, end);
      return;
    }
    const room = 3 * (end - start);
    const ids = new Int32Array(room);
    /** The units of each symbol before merging. */
    const starts = new Int32Array(room);
    const ends = new Int32Array(room);
    const count = this.#readSymbols(text, start, end, ids, starts, ends);
    /** The first of the symbols that each symbol was made of. */
    const firsts = Int32Array.from({ length: count + 1 }, (_, i) => i);
    const mergePairs = count > shortLength ? mergeLong : mergeShort;
    const left = mergePairs(ids, firsts, count, this.#table);
    for (let i = 0; i < left; i++) this.put(ids[i]!, starts[firsts[i]!]!, ends[firsts[i + 1]! - 1]!);
  }

  #readSymbols(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    starts: Int32Array,
    ends: Int32Array,
  ): number {
    const { prefix, suffix, fuseUnknown } = this.#options;
    const unknown = this.#unknown;
    let count = 0;
    let unknownStart = -1;
    let unknownEnd = -1;
    const add = (id: number, from: number, to: number) => {
      ids[count] = id;
      starts[count] = from;
      ends[count++] = to;
    };
    const endUnknown = () => {
      if (unknownStart >= 0) add(unknown.id!, unknownStart, unknownEnd);
      unknownStart = -1;
    };
    for (let at = start; at < end; ) {
      const from = at;
      at += characterLength(text, at);
      const id = this.#find((from > start ? prefix : '') + text.slice(from, at) + (at < end ? '' : suffix));
      if (id >= 0) {
        endUnknown();
        add(id, from, at);
        continue;
      }
      const bytes = unknown.bytesOf(text, from, at);
      for (let i = 0; i < bytes; i++) add(unknown.byteId(i), from, at);
      if (bytes > 0 || unknown.id === undefined) continue;
      if (!fuseUnknown) endUnknown();
      if (unknownStart < 0) unknownStart = from;
      unknownEnd = at;
    }
    endUnknown();
    return count;
  }

  #find(token: string): number {
    return this.#options.idOf(token) ?? -1;
  }
}
