import { InvalidArgumentError, type SamplingOptions } from '@llamella/spec';

type NumberField = {
  [K in keyof SamplingOptions]-?: SamplingOptions[K] extends number | undefined ? K : never;
}[keyof SamplingOptions];

/** What each field accepts: as the error message says it, and as a test that NaN fails. */
const RANGES: readonly (readonly [NumberField, string, (value: number) => boolean])[] = [
  ['temperature', 'a finite number, 0 or more', (value) => value >= 0 && value < Number.POSITIVE_INFINITY],
  ['topK', 'an integer, 0 or more', (value) => Number.isSafeInteger(value) && value >= 0],
  ['topP', 'in (0, 1]', (value) => value > 0 && value <= 1],
  ['minP', 'in [0, 1]', (value) => value >= 0 && value <= 1],
  ['repetitionPenalty', 'a finite number above 0', (value) => value > 0 && value < Number.POSITIVE_INFINITY],
  ['frequencyPenalty', 'a finite number', Number.isFinite],
  ['presencePenalty', 'a finite number', Number.isFinite],
  [
    'penaltyWindow',
    'an integer, -1 (all tokens) or more',
    (value) => Number.isSafeInteger(value) && value >= -1,
  ],
  [
    'seed',
    'an integer in [0, 4294967295]',
    (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff,
  ],
];

/**
 * Checks every field of `options` that is present.
 *
 * @throws {InvalidArgumentError} naming the field and what it accepts
 */
export function checkOptions(options: SamplingOptions): void {
  for (const [field, accepted, accepts] of RANGES) {
    const value: unknown = options[field];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !accepts(value))
      throw new InvalidArgumentError(field, `must be ${accepted}, got ${describe(value)}`);
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
