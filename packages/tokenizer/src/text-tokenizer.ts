import type { EncodeOptions, Tokenizer } from '@llamella/spec';
import type { TemplatePiece } from './post-processor.ts';

/** Ids of a text and the stretches of the text that they stand for. */
export interface EncodingWithOffsets {
  /** The ids of the text, with those around it. */
  readonly ids: Uint32Array;
  /**
   * Two UTF-16 offsets into the text per id: start and end, exclusive. A token with a part of a character's bytes
   * has the offsets of the whole character. Ids that were added around the text have 0 and 0.
   */
  readonly offsets: Uint32Array;
}

/** What `tokenizerFromGguf` and `tokenizerFromJson` make. */
export interface TextTokenizer extends Tokenizer {
  /** What `addSpecialTokens` puts around one text and around a pair of texts. */
  readonly template: {
    /** Around one text. */
    readonly single: readonly TemplatePiece[];
    /** Around two. */
    readonly pair: readonly TemplatePiece[];
  };
  /** Like `encode`, with the place of each id in the text. */
  encodeWithOffsets(text: string, options?: EncodeOptions): EncodingWithOffsets;
  /** Number of ids that `encode` returns. */
  countTokens(text: string, options?: EncodeOptions): number;
  /** Whether `encode` returns at most `limit` ids. Stops as soon as there are more. */
  isWithinLimit(text: string, limit: number, options?: EncodeOptions): boolean;
}
