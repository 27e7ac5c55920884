import { InvalidArgumentError, type SamplingOptions, type SamplingStep } from '@llamella/spec';
import { createAdaptiveP } from './adaptive-p.ts';
import { checkOptions } from './check-options.ts';
import { type ChainSampler, type ChainStep, createChain } from './create-chain.ts';
import { drawToken } from './draw-token.ts';
import { createMirostat, type Draw } from './mirostat.ts';
import { createRandom } from './random.ts';
import { createSteps } from './sampling-steps.ts';

/** Options of `createSampler`. */
export interface SamplerOptions extends SamplingOptions {
  /**
   * Number of logits that `sample` will get. Its memory is then allocated at once, and another number is an error;
   * otherwise the first call decides, and a longer one later enlarges it.
   */
  readonly vocabularySize?: number;
  /** How many of the tokens are the prompt's. Default: as many as there are at the first call of `sample`. */
  readonly promptLength?: number;
}

/** The order of steps when the options give none: bans first, then as llama.cpp. */
export const SAMPLING_ORDER: readonly SamplingStep[] = [
  'logitBias',
  'noRepeatNgram',
  'badWords',
  'minTokens',
  'forcedTokens',
  'suppressTokens',
  'penalties',
  'dry',
  'topNSigma',
  'topK',
  'typicalP',
  'topP',
  'minP',
  'epsilonCutoff',
  'etaCutoff',
  'xtc',
  'temperature',
];

/** Steps that never drop the most likely candidate, nor change which it is. */
const KEEP_BEST: readonly SamplingStep[] = [
  'topNSigma',
  'topK',
  'topP',
  'minP',
  'epsilonCutoff',
  'etaCutoff',
];

/**
 * Makes a sampler that runs the steps that `options` ask for, in `options.order`, and then draws. A step whose option is
 * absent or neutral is left out. Without a temperature, or with 0, it takes the most likely token that the steps leave.
 *
 * It keeps the state of its random generator: use one sampler for one sequence. `sample` allocates nothing once its
 * memory is there, and overwrites the logits.
 *
 * @throws {InvalidArgumentError} naming the option and what it accepts, an option that is not known, one that needs
 *   another, and one whose step is not in `order`
 */
export function createSampler(options: SamplerOptions = {}): ChainSampler {
  const { made, names } = stepsOf(options);
  const steps = names.map((name): ChainStep => made.get(name)!);
  return createChain(steps, { ...options, draw: drawOf(options), random: createRandom(options.seed) });
}

/**
 * How many of the largest logits decide which token a sampler of `createSampler` chooses: with those, of equal ones the
 * ones with the lowest ids, and -Infinity for all others, it chooses the same tokens, without a mask. That is 1 without a
 * temperature, and `topK` where top-k is the first step.
 *
 * @returns `undefined` where all logits count
 * @throws as `createSampler`
 */
export function topLogitsNeeded(options: SamplingOptions): number | undefined {
  const [first] = stepsOf(options).names;
  if (first === 'topK' && !options.keepTies) return options.topK;
  return first || options.temperature ? undefined : 1;
}

/** The steps that run, in any order, and their names in order. */
function stepsOf(options: SamplerOptions) {
  checkOptions(options);
  const { temperature = 0, order = SAMPLING_ORDER } = options;
  const made = createSteps(options);
  for (const name of made.keys())
    if (!order.includes(name))
      throw new InvalidArgumentError('order', `leaves out ${name}, which the options ask for`);
  const names = order.filter((name) => made.has(name));
  // At the end, what keeps the most likely candidate does not matter to a sampler that takes it.
  if (temperature === 0) while (KEEP_BEST.includes(names.at(-1)!)) names.pop();
  return { made, names };
}

function drawOf(options: SamplingOptions): Draw | undefined {
  const { temperature = 0, mirostat = 0, mirostatTau = 5, mirostatEta = 0.1 } = options;
  const { adaptiveTarget, adaptiveDecay = 0.9 } = options;
  if (temperature === 0) return undefined;
  if (mirostat > 0) return createMirostat(mirostat as 1 | 2, mirostatTau, mirostatEta);
  return adaptiveTarget === undefined ? drawToken : createAdaptiveP(adaptiveTarget, adaptiveDecay);
}
