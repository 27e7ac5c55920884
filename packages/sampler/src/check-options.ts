import { InvalidArgumentError } from '@llamella/spec';
import { isWithin } from './check-integer.ts';
import { SAMPLING_ORDER, type SamplerOptions } from './create-sampler.ts';

/** What a field accepts: as the error message says it, and as a test. */
type Check = readonly [accepted: string, accepts: (value: unknown) => boolean];

/** A function and not a constant, so that a bundle without `createSampler` is without it. */
export function createChecks(): Readonly<Record<keyof SamplerOptions, Check>> {
  const number = (
    least: number,
    most = Infinity,
    accepted = `in [${least}, ${most}]`,
    excluded?: number,
  ): Check => [
    `a finite number ${accepted}`,
    (value) => Number.isFinite(value) && isWithin(value as number, least, most) && value !== excluded,
  ];
  const integer = (least: number, most = Infinity): Check => [
    `an integer in [${least}, ${most}]`,
    (value) => Number.isSafeInteger(value) && isWithin(value as number, least, most),
  ];
  const listOf = (accepted: string, accepts: Check[1]): Check => [
    `an array of ${accepted}`,
    (value) => Array.isArray(value) && value.every(accepts),
  ];

  const positive = number(0, Infinity, 'above 0', 0);
  const notNegative = number(0);
  const finite = number(-Infinity);
  const probability = number(0, 1);
  const share = number(0, 1, 'in (0, 1]', 0);
  const cutoff = number(0, 1, 'in [0, 1)', 1);
  const count = integer(0);
  const window = integer(-1);
  const uint32 = integer(0, 0xffffffff);
  const tokens = listOf('token ids', uint32[1]);
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
    dryBase: number(1),
    dryAllowedLength: count,
    dryWindow: window,
    dryBreakers: sequences,
    noRepeatNgramSize: count,
    logitBias: [
      'a map or object from token ids to numbers below Infinity',
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        biasEntries(value).every(([id, bias]) => uint32[1](id) && (bias as number) < Infinity),
    ],
    badWords: sequences,
    suppressTokens: tokens,
    beginSuppressTokens: tokens,
    forcedTokens: tokens,
    endTokens: tokens,
    minTokens: count,
    minLength: count,
    forceEndAt: count,
    mirostat: integer(0, 2),
    mirostatTau: positive,
    mirostatEta: positive,
    adaptiveTarget: probability,
    adaptiveDecay: number(0, 0.99),
    order: [
      'an array of different step names',
      (value) =>
        Array.isArray(value) &&
        new Set(value).size === value.length &&
        value.every((name) => SAMPLING_ORDER.includes(name)),
    ],
    seed: uint32,
    vocabularySize: integer(1, 0xffffffff),
    promptLength: count,
  };
}

/** Pairs of token id and bias. */
export function biasEntries(logitBias: object): [id: number, bias: number][] {
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
  const { temperature = 0, mirostat = 0, dynamicTemperatureRange, adaptiveTarget } = options;
  const { endTokens = [], minTokens, minLength, forceEndAt } = options;
  const adapts = adaptiveTarget !== undefined;
  need('endTokens', endTokens.length > 0, { minTokens, minLength, forceEndAt });
  need('a temperature above 0', temperature > 0, {
    mirostat,
    dynamicTemperatureRange,
    adaptiveTarget: adapts,
  });
  need('no mirostat', mirostat === 0, { adaptiveTarget: adapts });
}

/** @throws {InvalidArgumentError} naming the first of `fields` that is asked for, unless what it needs `holds` */
function need(needed: string, holds: boolean, fields: object): void {
  for (const [field, asked] of Object.entries(fields))
    if (asked && !holds) throw new InvalidArgumentError(field, `needs ${needed}`);
}

function describe(value: unknown): string {
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
