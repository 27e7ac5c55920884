import type { SamplingStep } from '@llamella/spec';
import { applyPenalties } from './apply-penalties.ts';
import { applySequenceBias, type SequenceBias } from './apply-sequence-bias.ts';
import { applyDynamicTemperature } from './apply-temperature.ts';
import { banRepeatedNgrams } from './ban-repeated-ngrams.ts';
import type { Candidates } from './candidates.ts';
import { biasEntries } from './check-options.ts';
import type { ChainStep } from './create-chain.ts';
import { createDry } from './create-dry.ts';
import type { SamplerOptions } from './create-sampler.ts';
import { excludeTopChoices } from './exclude-top-choices.ts';
import { banTokens, forceTokens } from './force-tokens.ts';
import { keepEpsilon, keepEta } from './keep-epsilon.ts';
import { keepMinP } from './keep-min-p.ts';
import { keepTopK } from './keep-top-k.ts';
import { keepTopNSigma } from './keep-top-n-sigma.ts';
import { keepTopP } from './keep-top-p.ts';
import { keepTypical } from './keep-typical.ts';
import type { Random } from './random.ts';

/** The steps that checked `options` ask for, by name. */
export function createSteps(options: SamplerOptions): Map<SamplingStep, ChainStep> {
  const steps = new Map<SamplingStep, ChainStep>();
  const onLogits = (
    name: SamplingStep,
    active: boolean,
    logits: (logits: Float32Array, tokens: Uint32Array, tokenCount: number, promptLength: number) => void,
  ) => active && steps.set(name, { logits });
  const onCandidates = (
    name: SamplingStep,
    active: boolean,
    candidates: (candidates: Candidates, random: Random) => void,
  ) => active && steps.set(name, { candidates });

  const addBias = (name: SamplingStep, entries: (readonly [sequence: readonly number[], bias: number])[]) => {
    const sequences = entries.map(([sequence]) => Uint32Array.from(sequence));
    const biases = Float64Array.from(entries, ([, bias]) => bias);
    const bias: SequenceBias = { name, sequences, biases };
    onLogits(name, entries.length > 0, (logits, tokens, count) =>
      applySequenceBias(logits, tokens, count, bias),
    );
  };
  const { logitBias = {}, badWords = [], noRepeatNgramSize = 0 } = options;
  addBias(
    'logitBias',
    biasEntries(logitBias).map(([id, bias]) => [[id], bias]),
  );
  onLogits('noRepeatNgram', noRepeatNgramSize > 0, (logits, tokens, count) =>
    banRepeatedNgrams(logits, tokens, count, noRepeatNgramSize),
  );
  addBias(
    'badWords',
    badWords.map((word) => [word, -Infinity]),
  );

  const { minTokens = 0, minLength = 0, forceEndAt = 0 } = options;
  const tokensOf = (name: 'endTokens' | 'suppressTokens' | 'beginSuppressTokens') =>
    Uint32Array.from(options[name] ?? []);
  const ends = tokensOf('endTokens');
  onLogits('minTokens', minTokens > 0 || minLength > 0, (logits, _tokens, count, prompt) => {
    if (count - prompt < minTokens || count < minLength) banTokens(logits, ends, 'endTokens');
  });
  const forced = (options.forcedTokens ?? []).map((token) => Uint32Array.of(token));
  onLogits('forcedTokens', forced.length > 0 || forceEndAt > 0, (logits, _tokens, count, prompt) => {
    const index = count - prompt;
    if (index < forced.length) forceTokens(logits, forced[index]!, 'forcedTokens');
    else if (index + 1 === forceEndAt) forceTokens(logits, ends, 'endTokens');
  });
  const suppressed = tokensOf('suppressTokens');
  const first = tokensOf('beginSuppressTokens');
  onLogits('suppressTokens', suppressed.length + first.length > 0, (logits, _tokens, count, prompt) => {
    banTokens(logits, suppressed, 'suppressTokens');
    if (count === prompt) banTokens(logits, first, 'beginSuppressTokens');
  });

  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyWindow = 64 } = options;
  const penalties = { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow };
  const neutral = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  let counts = new Uint32Array(options.vocabularySize ?? 0);
  onLogits('penalties', !neutral, (logits, tokens, count) => {
    if (counts.length < logits.length) counts = new Uint32Array(logits.length);
    applyPenalties(logits, tokens, count, penalties, counts);
  });
  onLogits('dry', !!options.dryMultiplier, createDry(options));

  const { minKeep = 1, keepTies = false } = options;
  const keep = (
    name: 'topNSigma' | 'topK' | 'typicalP' | 'topP' | 'minP' | 'epsilonCutoff' | 'etaCutoff',
    neutral: number,
    step: (candidates: Candidates, value: number, minKeep: number) => void,
  ) => {
    const value = options[name] ?? neutral;
    onCandidates(name, value !== neutral, (candidates) => step(candidates, value, minKeep));
  };
  keep('topNSigma', 0, keepTopNSigma);
  keep('topK', 0, (candidates, k) => keepTopK(candidates, k, keepTies));
  keep('typicalP', 1, (candidates, p) => keepTypical(candidates, p, minKeep, keepTies));
  keep('topP', 1, keepTopP);
  keep('minP', 0, keepMinP);
  keep('epsilonCutoff', 0, keepEpsilon);
  keep('etaCutoff', 0, keepEta);
  const { xtcProbability = 0, xtcThreshold = 0.1 } = options;
  onCandidates('xtc', xtcProbability > 0, (candidates, random) =>
    excludeTopChoices(candidates, xtcProbability, xtcThreshold, random, minKeep),
  );
  const { temperature = 0, dynamicTemperatureRange = 0, dynamicTemperatureExponent = 1 } = options;
  const varies = dynamicTemperatureRange > 0;
  onCandidates('temperature', temperature > 0 && (temperature !== 1 || varies), (candidates) =>
    applyDynamicTemperature(candidates, temperature, dynamicTemperatureRange, dynamicTemperatureExponent),
  );
  return steps;
}
