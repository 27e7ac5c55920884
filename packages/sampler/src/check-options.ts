import { InvalidArgumentError } from '@llamella/spec';
import { SAMPLING_ORDER, type SamplerOptions } from './create-sampler.ts';

/** What a field accepts: as the error message says it, and as a test. */
type Check = readonly [accepted: string, accepts: (value: unknown) => boolean];

/** A function and not a constant, so that a bundle without `createSampler` is without it. */
export function createChecks(): Readonly<Record<keyof SamplerOptions, Check>> {
  const between = (accepted: string, accepts: (value: number) => boolean): Check => [
    accepted,
    (value) => Number.isFinite(value) && accepts(value as number),
  ];
  const integer = (least: number, accepted = `an integer, ${least} or more`): Check =>
    between(accepted, (value) => Number.isSafeInteger(value) && value >= least);
  const listOf = (accepted: string, accepts: (entry: unknown) => boolean): Check => [
    `an array of ${accepted}`,
    (value) => Array.isArray(value) && value.every(accepts),
  ];
  const isToken = (value: unknown): boolean => Number.isInteger(value) && value === (value as number) >>> 0;

  const positive = between('a finite number above 0', (value) => value > 0);
  const notNegative = between('a finite number, 0 or more', (value) => value >= 0);
  const finite = between('a finite number', () => true);
  const probability = between('in [0, 1]', (value) => value >= 0 && value <= 1);
  const share = between('in (0, 1]', (value) => value > 0 && value <= 1);
  const cutoff = between('in [0, 1)', (value) => value >= 0 && value < 1);
  const count = integer(0);
  const window = integer(-1, 'an integer, -1 (all tokens) or more');
  const tokens = listOf('token ids', isToken);
  const sequences = listOf(
    'non-empty arrays of token ids',
    (value) => tokens[1](value) && (value as []).length > 0,
  );

  return {
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
    minKeep: integer(1),
    keepTies: ['true or false', (value) => typeof value === 'boolean'],
    repetitionPenalty: positive,
    frequencyPenalty: finite,
    presencePenalty: finite,
    penaltyWindow: window,
    dryMultiplier: notNegative,
    dryBase: between('a finite number, 1 or more', (value) => value >= 1),
    dryAllowedLength: count,
    dryWindow: window,
    dryBreakers: sequences,
    noRepeatNgramSize: count,
    logitBias: [
      'a map or object from token ids to numbers below +Infinity',
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        biasEntries(value).every(([id, bias]) => isToken(id) && (bias as number) < Infinity),
    ],
    badWords: sequences,
    suppressTokens: tokens,
    beginSuppressTokens: tokens,
    forcedTokens: tokens,
    endTokens: tokens,
    minTokens: count,
    minLength: count,
    forceEndAt: count,
    mirostat: between('0, 1 or 2', (value) => value === 0 || value === 1 || value === 2),
    mirostatTau: positive,
    mirostatEta: positive,
    adaptiveTarget: probability,
    adaptiveDecay: between('in [0, 0.99]', (value) => value >= 0 && value <= 0.99),
    order: listOf('different step names', (name) => (SAMPLING_ORDER as unknown[]).includes(name)),
    seed: between('an integer in [0, 4294967295]', isToken),
    vocabularySize: integer(1, 'an integer above 0'),
    promptLength: count,
  };
}

/** Pairs of token id and bias. */
export function biasEntries(logitBias: object): [number, unknown][] {
  return logitBias instanceof Map
    ? [...logitBias]
    : Object.entries(logitBias).map(([id, bias]) => [Number(id || -1), bias]);
}

/**
 * Checks every field of `options` that is present.
 *
 * @throws {InvalidArgumentError} naming the field and what it accepts
 */
export function checkOptions(options: SamplerOptions): void {
  const checks = new Map(Object.entries(createChecks()));
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = checks.get(field);
    if (!check) throw new InvalidArgumentError(field, 'is not an option of the sampler');
    const [accepted, accepts] = check;
    if (!accepts(value)) throw new InvalidArgumentError(field, `must be ${accepted}, got ${describe(value)}`);
  }
  const { temperature = 0, mirostat = 0, endTokens = [], order = [], adaptiveTarget } = options;
  const need = (field: keyof SamplerOptions, holds: boolean, needed: string): void => {
    if (options[field] && !holds) throw new InvalidArgumentError(field, `needs ${needed}`);
  };
  for (const field of ['minTokens', 'minLength', 'forceEndAt'] as const)
    need(field, endTokens.length > 0, 'endTokens');
  for (const field of ['mirostat', 'dynamicTemperatureRange'] as const)
    need(field, temperature > 0, 'a temperature above 0');
  if (adaptiveTarget !== undefined && !(temperature > 0 && mirostat === 0))
    throw new InvalidArgumentError('adaptiveTarget', 'needs a temperature above 0 and no mirostat');
  need('order', new Set(order).size === order.length, 'different names');
}

function describe(value: unknown): string {
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
