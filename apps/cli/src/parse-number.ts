import { InvalidArgumentError } from '@llamella/spec';

export interface NumberRange {
  readonly integer?: boolean;
  /** Smallest accepted value. */
  readonly min?: number;
  /** Largest accepted value. */
  readonly max?: number;
  /** `min` itself is not accepted. */
  readonly minExcluded?: boolean;
}

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Parses the value of a numeric option. @throws {InvalidArgumentError} naming the option and what it accepts */
export function parseNumber(option: string, text: string, range: NumberRange): number {
  const value = numberPattern.test(text) ? Number(text) : Number.NaN;
  const inRange =
    Number.isFinite(value) &&
    (!range.integer || Number.isSafeInteger(value)) &&
    (range.min === undefined || (range.minExcluded ? value > range.min : value >= range.min)) &&
    (range.max === undefined || value <= range.max);
  if (!inRange) throw new InvalidArgumentError(option, `${describeRange(range)} expected, got "${text}"`);
  return value;
}

function describeRange({ integer, min, max, minExcluded }: NumberRange): string {
  const kind = integer ? 'an integer' : 'a number';
  const lower = min === undefined ? '' : minExcluded ? ` greater than ${min}` : ` from ${min}`;
  const upper = max === undefined ? '' : minExcluded ? ` and at most ${max}` : ` to ${max}`;
  return min !== undefined && max === undefined && !minExcluded
    ? `${kind} of at least ${min}`
    : `${kind}${lower}${upper}`;
}
