import { InvalidArgumentError, type SamplingStep } from '@llamella/spec';
import type { SamplerOptions } from './create-sampler.ts';

/** Options without those that a preset decides. */
type PresetOptions = Omit<SamplerOptions, 'order'>;

/**
 * Options that make `createSampler` follow llama.cpp: its order, defaults (temperature 0.8, top-k 40, top-p 0.95, min-p
 * 0.05) and rules. With mirostat there is only the temperature before it, as there. An option whose step llama.cpp does
 * not have is an error of `createSampler`.
 *
 * Source: llama.cpp v0.5.0, `common/common.h` and `common/sampling.cpp`.
 *
 * @throws {InvalidArgumentError} for `dryMultiplier` without `dryBreakers`, which llama.cpp makes from texts
 */
export function llamaCpp(options: PresetOptions = {}): SamplerOptions {
  const { dryMultiplier = 0, dryBreakers, mirostat = 0 } = options;
  if (dryMultiplier > 0 && dryBreakers === undefined)
    throw new InvalidArgumentError(
      'dryBreakers',
      'is needed with dryMultiplier: what findBreakers makes, or []',
    );
  if (mirostat > 0) return { temperature: 0.8, ...options, order: ['logitBias', 'temperature'] };
  const order: SamplingStep[] = [
    'logitBias',
    'penalties',
    'dry',
    'topNSigma',
    'topK',
    'typicalP',
    'topP',
    'minP',
    'xtc',
    'temperature',
  ];
  return { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, ...options, order };
}

/**
 * Options that make `createSampler` follow transformers' `generate` with sampling: its order (temperature first), its
 * defaults (temperature 1, top-k 50) and rules (ties at the end of top-k and typical stay, penalties look at all
 * tokens). With `temperature: 0`, its `do_sample=False`, there is no typical step.
 *
 * Source: transformers 5.23.0, `GenerationMixin._get_logits_processor`.
 */
export function transformers(options: PresetOptions = {}): SamplerOptions {
  const order: SamplingStep[] = [
    'logitBias',
    'penalties',
    'noRepeatNgram',
    'badWords',
    'minTokens',
    'forcedTokens',
    'suppressTokens',
    'temperature',
    'topK',
    'topP',
    'minP',
    ...(options.temperature === 0 ? [] : (['typicalP'] as const)),
    'epsilonCutoff',
    'etaCutoff',
  ];
  const { topK = 50, minKeep = 1 } = options;
  const widened = topK === 0 ? 0 : Math.max(topK, minKeep);
  return { temperature: 1, penaltyWindow: -1, keepTies: true, ...options, topK: widened, order };
}

/**
 * Options that make `createSampler` follow onnxruntime-genai on the CPU with sampling: minimum length, repetition
 * penalty over all tokens, n-grams, top-k 50, temperature, top-p. `topP: 0` is none, as there.
 *
 * Source: onnxruntime-genai 0.18.0, `src/sampling_distribution.h`.
 */
export function genai(options: PresetOptions = {}): SamplerOptions {
  const { topP = 0 } = options;
  const order: SamplingStep[] = ['minTokens', 'penalties', 'noRepeatNgram', 'topK', 'temperature', 'topP'];
  return { temperature: 1, topK: 50, penaltyWindow: -1, ...options, topP: topP === 0 ? 1 : topP, order };
}
