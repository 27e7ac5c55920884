import { InvalidArgumentError } from '@llamella/spec';
import { addedEncoding, type Encoding, joinEncodings } from './encoding.ts';
import { checkLength } from './truncation.ts';

/** How to make encodings equally long. */
export interface Padding {
  /** Number of ids, or `longest` for that of the longest encoding. Longer encodings stay. Default `longest`. */
  readonly length?: number | 'longest';
  /** Makes the number of ids a multiple of this. */
  readonly multipleOf?: number;
  /** Where to add. Default `right`. */
  readonly side?: 'left' | 'right';
  /** What to add. Default: the tokenizer's padding token. */
  readonly id?: number;
  /** Type of what is added. Default 0. */
  readonly typeId?: number;
}

/**
 * Adds padding to encodings and to what truncation cut off from them.
 *
 * Source: utils/padding.rs of https://github.com/huggingface/tokenizers
 *
 * @param paddingId the tokenizer's padding token
 * @throws {InvalidArgumentError} when there is no id to add
 */
export function pad(
  encodings: readonly Encoding[],
  padding: Padding,
  paddingId: number | undefined,
): Encoding[] {
  const { multipleOf = 1, side = 'right', typeId = 0, id = paddingId } = padding;
  if (id === undefined) {
    throw new InvalidArgumentError('padding.id', 'is needed: the tokenizer has no padding token');
  }
  checkLength('padding.multipleOf', multipleOf);
  const wanted = padding.length ?? 'longest';
  const most =
    wanted === 'longest' ? encodings.reduce((most, { ids }) => Math.max(most, ids.length), 0) : wanted;
  checkLength('padding.length', most);
  const length = multipleOf > 0 ? Math.ceil(most / multipleOf) * multipleOf : most;
  const fill = (encoding: Encoding): Encoding => {
    const overflow = encoding.overflow.map(fill);
    const missing = length - encoding.ids.length;
    if (missing <= 0) return { ...encoding, overflow };
    const added = addedEncoding(new Array<number>(missing).fill(id), typeId, 0);
    return { ...joinEncodings(side === 'left' ? [added, encoding] : [encoding, added]), overflow };
  };
  return encodings.map(fill);
}
