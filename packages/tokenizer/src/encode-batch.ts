import type { EncodeOptions } from '@llamella/spec';
import { addedEncoding, type Encoding, joinEncodings, textEncoding } from './encoding.ts';
import { type Padding, pad } from './padding.ts';
import type { TemplatePiece } from './post-processor.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { type Truncation, truncate } from './truncation.ts';

/** A text, or a pair of texts such as a question and where its answer is. */
export type TextInput = string | readonly [first: string, second: string];

/** How to encode for a model that takes batches. Nothing is shortened or padded unless asked for. */
export interface BatchOptions extends EncodeOptions {
  /** How to shorten inputs that are too long. */
  readonly truncation?: Truncation;
  /** How to make the encodings equally long. */
  readonly padding?: Padding;
}

/**
 * Encodes texts and pairs of texts, with type ids, masks, truncation and padding.
 *
 * @throws {InvalidArgumentError} when an option contradicts the texts
 */
export function encodeBatch(
  tokenizer: TextTokenizer,
  inputs: readonly TextInput[],
  options: BatchOptions = {},
): Encoding[] {
  const encodings = inputs.map((input) => encodeInput(tokenizer, input, options));
  return options.padding ? pad(encodings, options.padding, tokenizer.specialTokenIds.padding) : encodings;
}

function encodeInput(tokenizer: TextTokenizer, input: TextInput, options: BatchOptions): Encoding {
  const inner = { ...options, addSpecialTokens: false };
  const inputs = typeof input === 'string' ? [input] : input;
  let texts = inputs.map((text) => {
    const { ids, offsets } = tokenizer.encodeWithOffsets(text, inner);
    return textEncoding(ids, offsets);
  });
  const { single, pair } = tokenizer.template;
  const pieces = (texts.length === 1 ? single : pair).filter(
    (piece) => 'sequence' in piece || (options.addSpecialTokens ?? true),
  );
  if (options.truncation) {
    const added = pieces.map((piece) => ('ids' in piece ? piece.ids.length : 0));
    texts = truncate(
      texts,
      options.truncation,
      added.reduce((sum, count) => sum + count, 0),
    );
  }
  return { ...place(pieces, texts), overflow: overflowOf(pieces, texts) };
}

/**
 * Every combination of parts of the texts but that of the first ones, which is the encoding itself; in the order of
 * the reference.
 */
function overflowOf(pieces: readonly TemplatePiece[], texts: readonly Encoding[]): Encoding[] {
  const order = pieces.flatMap((piece) => ('sequence' in piece ? [piece.sequence] : []));
  const [one = 0, two] = order;
  const parts = texts.map((text) => [{ ...text, overflow: [] }, ...text.overflow]);
  const combinations = (parts[one] ?? []).flatMap((part) =>
    two === undefined
      ? [[part]]
      : (parts[two] ?? []).map((other) => (one === 0 ? [part, other] : [other, part])),
  );
  const own = two === undefined ? 1 : (parts[two]?.length ?? 0);
  return [...combinations.slice(own), ...combinations.slice(1, own)].map((chosen) => place(pieces, chosen));
}

function place(pieces: readonly TemplatePiece[], texts: readonly Encoding[]): Encoding {
  return joinEncodings(
    pieces.flatMap((piece) => {
      if ('ids' in piece) return [addedEncoding(piece.ids, piece.typeId, 1)];
      const text = texts[piece.sequence];
      return text ? [{ ...text, typeIds: new Uint32Array(text.ids.length).fill(piece.typeId) }] : [];
    }),
  );
}
