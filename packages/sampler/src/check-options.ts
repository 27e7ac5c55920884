import { InvalidArgumentError } from '@llamella/spec';
import { SAMPLING_ORDER, type SamplerOptions } from './create-sampler.ts';

/** What a field accepts: as the error message says it, and as a test. */
type Check = readonly [accepted: string, accepts: (value: unknown) => boolean];

const number = (accepted: string, accepts: (value: number) => boolean): Check => [
  accepted,
  (value) => typeof value === 'number' && accepts(value),
];
const from = (least: number, accepted = `an integer, ${least} or more`): Check =>
  number(accepted, (value) => Number.isSafeInteger(value) && value >= least);
const isList = (value: unknown, accepts: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(accepts);
const isToken = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff;
const isSequence = (value: unknown): boolean => isList(value, isToken) && (value as []).length > 0;
const isBias = (entry: unknown[]): boolean =>
  isToken(entry[0]) && typeof entry[1] === 'number' && entry[1] < Number.POSITIVE_INFINITY;

const positive = number('a finite number above 0', (value) => value > 0 && value < Number.POSITIVE_INFINITY);
const notNegative = number(
  'a finite number, 0 or more',
  (value) => value >= 0 && value < Number.POSITIVE_INFINITY,
);
const finite = number('a finite number', Number.isFinite);
const probability = number('in [0, 1]', (value) => value >= 0 && value <= 1);
const share = number('in (0, 1]', (value) => value > 0 && value <= 1);
const cutoff = number('in [0, 1)', (value) => value >= 0 && value < 1);
const count = from(0);
const window = from(-1, 'an integer, -1 (all tokens) or more');
const tokens: Check = ['an array of token ids', (value) => isList(value, isToken)];
const sequences: Check = ['an array of non-empty arrays of token ids', (value) => isList(value, isSequence)];

const CHECKS: Readonly<Record<keyof SamplerOptions, Check>> = {
  temperature: notNegative,
  dynamicTemperatureRange: notNegative,
  dynamicTemperatureExponent: notNegative,
  topK: count,
  topP: share,
  minP: probability,
  typicalP: share,
  topNSigma: notNegative,
  epsilonCutoff: cutoff,
  etaCutoff: cutoff,
  xtcProbability: probability,
  xtcThreshold: probability,
  minKeep: from(1),
  keepTies: ['true or false', (value) => typeof value === 'boolean'],
  repetitionPenalty: positive,
  frequencyPenalty: finite,
  presencePenalty: finite,
  penaltyWindow: window,
  dryMultiplier: notNegative,
  dryBase: number('a finite number, 1 or more', (value) => value >= 1 && value < Number.POSITIVE_INFINITY),
  dryAllowedLength: count,
  dryWindow: window,
  dryBreakers: sequences,
  noRepeatNgramSize: count,
  logitBias: [
    'a map or object from token ids to numbers below +Infinity',
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      (value instanceof Map
        ? [...value]
        : Object.entries(value).map(([id, bias]) => [id.trim() === '' ? -1 : Number(id), bias])
      ).every(isBias),
  ],
  badWords: sequences,
  suppressTokens: tokens,
  beginSuppressTokens: tokens,
  forcedTokens: tokens,
  endTokens: tokens,
  minTokens: count,
  minLength: count,
  forceEndAt: count,
  mirostat: ['0, 1 or 2', (value) => value === 0 || value === 1 || value === 2],
  mirostatTau: positive,
  mirostatEta: positive,
  adaptiveTarget: probability,
  adaptiveDecay: number('in [0, 0.99]', (value) => value >= 0 && value <= 0.99),
  order: [
    'an array of different step names',
    (value) =>
      isList(value, (name) => (SAMPLING_ORDER as unknown[]).includes(name)) &&
      new Set(value as []).size === (value as []).length,
  ],
  seed: number(
    'an integer in [0, 4294967295]',
    (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff,
  ),
  vocabularySize: from(1, 'an integer above 0'),
  promptLength: count,
};

/** Options that need another: what is asked of it, and whether it is so. */
const NEEDS: readonly [keyof SamplerOptions, string, (options: SamplerOptions) => boolean][] = [
  ...(['minTokens', 'minLength', 'forceEndAt'] as const).map(
    (name): [typeof name, string, (options: SamplerOptions) => boolean] => [
      name,
      'endTokens',
      ({ endTokens = [] }) => endTokens.length > 0,
    ],
  ),
  ...(['mirostat', 'adaptiveTarget', 'dynamicTemperatureRange'] as const).map(
    (name): [typeof name, string, (options: SamplerOptions) => boolean] => [
      name,
      'a temperature above 0',
      ({ temperature = 0 }) => temperature > 0,
    ],
  ),
  ['adaptiveTarget', 'mirostat to be off', ({ mirostat = 0 }) => mirostat === 0],
];

/**
 * Checks every field of `options` that is present.
 *
 * @throws {InvalidArgumentError} naming the field and what it accepts
 */
export function checkOptions(options: SamplerOptions): void {
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(CHECKS, field) ? CHECKS[field as keyof SamplerOptions] : undefined;
    if (!check) throw new InvalidArgumentError(field, 'is not an option of the sampler');
    if (!check[1](value))
      throw new InvalidArgumentError(field, `must be ${check[0]}, got ${describe(value)}`);
  }
  for (const [field, needed, holds] of NEEDS) {
    const value = options[field];
    if ((field === 'adaptiveTarget' ? value !== undefined : value) && !holds(options))
      throw new InvalidArgumentError(field, `needs ${needed}`);
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 80) : String(value);
}
