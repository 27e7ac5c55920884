import { InvalidArgumentError } from '@llamella/spec';
import { type Encoding, sliceEncoding } from './encoding.ts';

/** How to shorten what is too long. */
export interface Truncation {
  /** Most ids of the result, those added around the texts included. */
  readonly maxLength: number;
  /** Ids that each part cut off has in common with the part before it. Default 0. */
  readonly stride?: number;
  /**
   * Which text of a pair to shorten: `longestFirst` takes from the longer until both are as long. Default
   * `longestFirst`.
   */
  readonly strategy?: 'longestFirst' | 'onlyFirst' | 'onlySecond';
  /** The end at which ids are cut off. Default `right`. */
  readonly side?: 'left' | 'right';
}

/**
 * Shortens texts to `truncation.maxLength` ids together.
 *
 * Source: utils/truncation.rs of https://github.com/huggingface/tokenizers
 *
 * @param reserved number of ids that come on top
 * @throws {InvalidArgumentError} when the texts cannot be made short enough in the way asked for
 */
export function truncate(texts: readonly Encoding[], truncation: Truncation, reserved: number): Encoding[] {
  const { maxLength, strategy = 'longestFirst' } = truncation;
  checkLength('truncation.maxLength', maxLength);
  checkLength('truncation.stride', truncation.stride ?? 0);
  if (maxLength < reserved) {
    throw new InvalidArgumentError(
      'truncation.maxLength',
      `${maxLength} is less than the ${reserved} ids around texts`,
    );
  }
  const limit = maxLength - reserved;
  const lengths = texts.map(({ ids }) => ids.length);
  const [first = 0, second = 0] = lengths;
  const excess = first + second - limit;
  if (excess <= 0) return [...texts];
  if (strategy === 'longestFirst') {
    const shorter = Math.min(first, second, limit >> 1);
    const kept =
      texts.length === 1
        ? [limit]
        : first <= second
          ? [shorter, limit - shorter]
          : [limit - shorter, shorter];
    return texts.map((text, index) => cut(text, kept[index]!, truncation));
  }
  const chosen = strategy === 'onlyFirst' ? 0 : 1;
  const length = lengths[chosen];
  if (length === undefined)
    throw new InvalidArgumentError('truncation.strategy', 'onlySecond needs a pair of texts');
  if (length <= excess && limit > 0) {
    throw new InvalidArgumentError(
      'truncation.strategy',
      `${strategy} can take away ${length} ids, but ${excess} are too many`,
    );
  }
  return texts.map((text, index) =>
    index === chosen || limit === 0 ? cut(text, limit === 0 ? 0 : length - excess, truncation) : text,
  );
}

function cut(text: Encoding, maxLength: number, { stride = 0, side = 'right' }: Truncation): Encoding {
  const { length } = text.ids;
  if (maxLength >= length) return text;
  if (maxLength === 0) return { ...sliceEncoding(text, 0, 0), overflow: [text] };
  if (stride >= maxLength) {
    throw new InvalidArgumentError(
      'truncation.stride',
      `${stride} is not less than the ${maxLength} ids of a part`,
    );
  }
  const parts: Encoding[] = [];
  for (let done = 0, at = 0; done < length; at += maxLength - stride) {
    done = Math.min(at + maxLength, length);
    parts.push(
      side === 'right' ? sliceEncoding(text, at, done) : sliceEncoding(text, length - done, length - at),
    );
  }
  const [kept = text, ...overflow] = parts;
  return { ...kept, overflow };
}

export function checkLength(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError(name, `must be an integer from 0 on, is ${value}`);
  }
}
