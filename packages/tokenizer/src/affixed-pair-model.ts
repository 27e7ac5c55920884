import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { MergeTable } from './merge-table.ts';
import type { SourceText } from './source-text.ts';
import type { TokenModel } from './token-model.ts';
import type { TokenSink } from './token-sink.ts';

export interface AffixedPairOptions {
  /** Finds the token that a text is. */
  readonly idOf: (text: string) => number | undefined;
  /** A piece that is a token as a whole becomes that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
  /** What goes before every character of a piece but the first, and after the last one. */
  readonly prefix: string;
  readonly suffix: string;
  /** Id for characters that the vocabulary lacks; without it they are left out. */
  readonly unknownId: number | undefined;
  /** Consecutive unknown characters give one unknown token. */
  readonly fuseUnknown: boolean;
}

/**
 * Byte-pair encoding over characters: a piece starts as the tokens of its characters, then the pair with the lowest
 * rank is merged until no pair merges.
 *
 * Source: models/bpe/model.rs of https://github.com/huggingface/tokenizers
 */
export class AffixedPairModel implements TokenModel {
  readonly #table: MergeTable;
  readonly #options: AffixedPairOptions;
  #ids = new Int32Array(0);
  #symbols = new Int32Array(0);
  /** Where in the text each symbol of the start is. */
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);

  constructor(table: MergeTable, options: AffixedPairOptions) {
    this.#table = table;
    this.#options = options;
  }

  encode(source: SourceText, start: number, end: number, sink: TokenSink): void {
    const { ignoreMerges, idOf } = this.#options;
    const whole = ignoreMerges ? idOf(source.text.slice(start, end)) : undefined;
    if (whole !== undefined) {
      sink.pushRange(whole, source, start, end);
      return;
    }
    const first = this.#fill(source.text, start, end);
    const merge = first > shortLength ? mergeLong : mergeShort;
    const count = merge(this.#ids, this.#symbols, first, this.#table);
    for (let i = 0; i < count; i++) {
      const last = this.#symbols[i + 1]! - 1;
      sink.pushRange(this.#ids[i]!, source, this.#starts[this.#symbols[i]!]!, this.#ends[last]!);
    }
  }

  /** Fills in one symbol per character. @returns their number. */
  #fill(text: string, start: number, end: number): number {
    this.#reserve(end - start);
    const { idOf, prefix, suffix, unknownId, fuseUnknown } = this.#options;
    let count = 0;
    let unknownBefore = false;
    for (let at = start; at < end; ) {
      const from = at;
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      const symbol = (from > start ? prefix : '') + text.slice(from, at) + (at < end ? '' : suffix);
      const known = idOf(symbol);
      const id = known ?? unknownId;
      if (id === undefined) continue;
      const joins = known === undefined && unknownBefore && fuseUnknown;
      unknownBefore = known === undefined;
      if (joins) count--;
      else this.#starts[count] = from;
      this.#ids[count] = id;
      this.#ends[count] = at;
      this.#symbols[count] = count;
      count++;
    }
    this.#symbols[count] = count;
    return count;
  }

  #reserve(length: number): void {
    if (length <= this.#ids.length) return;
    const room = Math.max(256, length);
    this.#ids = new Int32Array(room);
    this.#starts = new Int32Array(room);
    this.#ends = new Int32Array(room);
    this.#symbols = new Int32Array(room + 1);
  }
}
