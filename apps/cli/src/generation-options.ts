import { type GenerateOptions, InvalidArgumentError } from '@llamella/spec';
import type { Command } from 'commander';
import { type NumberRange, parseNumber } from './parse-number.ts';

const largestInteger = 2 ** 31 - 1;

const numbers = {
  maxTokens: ['--max-tokens', 'most tokens to generate', { integer: true, min: 1, max: largestInteger }],
  temperature: ['--temperature', 'randomness; 0 always takes the likeliest token', { min: 0, max: 100 }],
  topK: [
    '--top-k',
    'keep the K likeliest tokens; 0 keeps all',
    { integer: true, min: 0, max: largestInteger },
  ],
  topP: ['--top-p', 'keep the likeliest tokens that sum to P', { min: 0, max: 1, minExcluded: true }],
  minP: ['--min-p', 'drop tokens less likely than P times the likeliest', { min: 0, max: 1 }],
  typicalP: [
    '--typical-p',
    'keep the most typical tokens that sum to P',
    { min: 0, max: 1, minExcluded: true },
  ],
  topNSigma: ['--top-n-sigma', 'keep logits within N standard deviations of the best', { min: 0, max: 100 }],
  xtcProbability: ['--xtc-probability', 'chance to exclude top choices', { min: 0, max: 1 }],
  xtcThreshold: ['--xtc-threshold', 'what counts as a top choice', { min: 0, max: 1 }],
  repetitionPenalty: [
    '--repetition-penalty',
    'divide logits of tokens seen; 1 = off',
    { min: 0, max: 100, minExcluded: true },
  ],
  frequencyPenalty: ['--frequency-penalty', 'subtract per time a token was seen', { min: -100, max: 100 }],
  presencePenalty: ['--presence-penalty', 'subtract when a token was seen at all', { min: -100, max: 100 }],
  penaltyWindow: [
    '--penalty-window',
    'tokens that the penalties look at; -1 = all',
    { integer: true, min: -1, max: largestInteger },
  ],
  dryMultiplier: ['--dry-multiplier', 'punish repeated sequences; 0 = off', { min: 0, max: 100 }],
  minTokens: ['--min-tokens', 'fewest tokens to generate', { integer: true, min: 0, max: largestInteger }],
  seed: ['--seed', 'same seed, same answer', { integer: true, min: 0, max: 2 ** 32 - 1 }],
} as const satisfies Partial<Record<keyof GenerateOptions, readonly [string, string, NumberRange]>>;

type NumberName = keyof typeof numbers;

/** Values of the options that `addGenerationOptions` declares. */
export type GenerationFlags = { [name in NumberName]?: number } & { stop?: string[] };

/** Declares the options that become `GenerateOptions`. `defaults` are only described; see `toGenerateOptions`. */
export function addGenerationOptions(command: Command, defaults: GenerateOptions): Command {
  for (const name of Object.keys(numbers) as NumberName[]) {
    const [option, description, range] = numbers[name];
    const byDefault = defaults[name] === undefined ? '' : ` (default: ${defaults[name]})`;
    command.option(`${option} <number>`, description + byDefault, (text) => parseNumber(option, text, range));
  }
  return command.option(
    '--stop <text>',
    'end before this text; repeatable',
    (text, previous: string[] | undefined) => {
      if (text === '') throw new InvalidArgumentError('--stop', 'the text is empty');
      return [...(previous ?? []), text];
    },
  );
}

/** What was asked for, with `defaults` for what was not. */
export function toGenerateOptions(flags: GenerationFlags, defaults: GenerateOptions): GenerateOptions {
  const given: Partial<Record<NumberName, number>> = {};
  for (const name of Object.keys(numbers) as NumberName[]) {
    const value = flags[name];
    if (value !== undefined) given[name] = value;
  }
  return { ...defaults, ...given, ...(flags.stop && { stop: flags.stop }) };
}

/** Options that change nothing because the temperature is 0 by default, such as `--top-p`. */
export function optionsWithoutEffect(flags: GenerationFlags, defaults: GenerateOptions): string[] {
  if (flags.temperature !== undefined || defaults.temperature !== 0) return [];
  const samplingOnly = ['topK', 'topP', 'minP', 'topNSigma', 'seed'] as const;
  return samplingOnly.filter((name) => flags[name] !== undefined).map((name) => numbers[name][0]);
}
