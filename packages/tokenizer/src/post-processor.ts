/** A part of what surrounds texts: ids of special tokens, or the text or the second text itself. */
export type TemplatePiece =
  | {
      /** Special tokens that go here. */
      readonly ids: readonly number[];
      /** What each of them gets in `Encoding.typeIds`. */
      readonly typeId: number;
    }
  | {
      /** Which text goes here: 0 for the first, 1 for the second. */
      readonly sequence: 0 | 1;
      /** What each of its ids gets in `Encoding.typeIds`. */
      readonly typeId: number;
    };

/** What happens to the ids of texts after the model. */
export interface PostProcessor {
  /** For one text; it has that text exactly once. */
  single: readonly TemplatePiece[];
  /** For two texts. */
  pair: readonly TemplatePiece[];
  /** Whether the pieces come from a template; it may add nothing. */
  hasTemplate: boolean;
  /** Leaves white space at the edges of tokens out of their offsets. */
  trimOffsets: boolean;
  /** Then keeps one leading space of the first token, which the pre-tokenizer put there. */
  addPrefixSpace: boolean;
}

/** Puts ids before and after each text; a second text follows the first. */
export function surroundWith(prefix: readonly number[], suffix: readonly number[]): PostProcessor {
  const around = (sequence: 0 | 1, typeId: number): TemplatePiece[] => [
    { ids: prefix, typeId },
    { sequence, typeId },
    { ids: suffix, typeId },
  ];
  return {
    single: around(0, 0),
    pair: [...around(0, 0), ...around(1, 1)],
    hasTemplate: false,
    trimOffsets: false,
    addPrefixSpace: false,
  };
}
