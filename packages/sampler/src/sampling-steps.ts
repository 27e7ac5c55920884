import type { SamplingStep } from '@llamella/spec';
import { applyDry, createDry } from './apply-dry.ts';
import { applyPenalties } from './apply-penalties.ts';
import { applySequenceBias, type SequenceBias } from './apply-sequence-bias.ts';
import { applyDynamicTemperature } from './apply-temperature.ts';
import { banRepeatedNgrams } from './ban-repeated-ngrams.ts';
import type { Candidates } from './candidates.ts';
import { biasEntries } from './check-options.ts';
import type { ChainStep } from './create-chain.ts';
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

  const { logitBias, badWords = [], noRepeatNgramSize = 0 } = options;
  const bias = biasOf(logitBias ?? {});
  onLogits('logitBias', bias.sequences.length > 0, (logits, tokens, count) =>
    applySequenceBias(logits, tokens, count, bias),
  );
  onLogits('noRepeatNgram', noRepeatNgramSize > 0, (logits, tokens, count) =>
    banRepeatedNgrams(logits, tokens, count, noRepeatNgramSize),
  );
  const words: SequenceBias = {
    name: 'badWords',
    sequences: badWords.map((word) => Uint32Array.from(word)),
    biases: new Float64Array(badWords.length).fill(-Infinity),
  };
  onLogits('badWords', badWords.length > 0, (logits, tokens, count) =>
    applySequenceBias(logits, tokens, count, words),
  );

  const { minTokens = 0, minLength = 0, forceEndAt = 0 } = options;
  const ends = Uint32Array.from(options.endTokens ?? []);
  onLogits('minTokens', minTokens > 0 || minLength > 0, (logits, _tokens, count, prompt) => {
    if (count - prompt < minTokens || count < minLength) banTokens(logits, ends, 'endTokens');
  });
  const forced = (options.forcedTokens ?? []).map((token) => Uint32Array.of(token));
  onLogits('forcedTokens', forced.length > 0 || forceEndAt > 0, (logits, _tokens, count, prompt) => {
    const index = count - prompt;
    if (index < forced.length) forceTokens(logits, forced[index]!, 'forcedTokens');
    else if (index + 1 === forceEndAt) forceTokens(logits, ends, 'endTokens');
  });
  const suppressed = Uint32Array.from(options.suppressTokens ?? []);
  const first = Uint32Array.from(options.beginSuppressTokens ?? []);
  onLogits('suppressTokens', suppressed.length + first.length > 0, (logits, _tokens, count, prompt) => {
    banTokens(logits, suppressed, 'suppressTokens');
    if (count === prompt) banTokens(logits, first, 'beginSuppressTokens');
  });

  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyWindow = 64 } = options;
  const neutral = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  const penalties = { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow };
  let counts = new Uint32Array(options.vocabularySize ?? 0);
  onLogits('penalties', !neutral && penaltyWindow !== 0, (logits, tokens, count) => {
    if (counts.length < logits.length) counts = new Uint32Array(logits.length);
    applyPenalties(logits, tokens, count, penalties, counts);
  });
  const { dryMultiplier = 0, dryWindow } = options;
  const dry = createDry(options);
  onLogits('dry', dryMultiplier > 0 && dryWindow !== 0, (logits, tokens, count) =>
    applyDry(logits, tokens, count, dry),
  );

  const {
    topK = 0,
    topP = 1,
    minP = 0,
    typicalP = 1,
    topNSigma = 0,
    minKeep = 1,
    keepTies = false,
  } = options;
  onCandidates('topNSigma', topNSigma > 0, (candidates) => keepTopNSigma(candidates, topNSigma));
  onCandidates('topK', topK > 0, (candidates) => keepTopK(candidates, topK, keepTies));
  onCandidates('typicalP', typicalP < 1, (candidates) =>
    keepTypical(candidates, typicalP, minKeep, keepTies),
  );
  onCandidates('topP', topP < 1, (candidates) => keepTopP(candidates, topP, minKeep));
  onCandidates('minP', minP > 0, (candidates) => keepMinP(candidates, minP, minKeep));
  const { epsilonCutoff = 0, etaCutoff = 0, xtcProbability = 0, xtcThreshold = 0.1 } = options;
  onCandidates('epsilonCutoff', epsilonCutoff > 0, (candidates) =>
    keepEpsilon(candidates, epsilonCutoff, minKeep),
  );
  onCandidates('etaCutoff', etaCutoff > 0, (candidates) => keepEta(candidates, etaCutoff, minKeep));
  onCandidates('xtc', xtcProbability > 0 && xtcThreshold <= 0.5, (candidates, random) =>
    excludeTopChoices(candidates, xtcProbability, xtcThreshold, random, minKeep),
  );
  const { temperature = 0, dynamicTemperatureRange = 0, dynamicTemperatureExponent = 1 } = options;
  const varies = dynamicTemperatureRange > 0;
  onCandidates('temperature', temperature > 0 && (temperature !== 1 || varies), (candidates) =>
    applyDynamicTemperature(candidates, temperature, dynamicTemperatureRange, dynamicTemperatureExponent),
  );
  return steps;
}

function biasOf(logitBias: object): SequenceBias {
  const entries = biasEntries(logitBias);
  return {
    name: 'logitBias',
    sequences: entries.map(([id]) => Uint32Array.of(id)),
    biases: Float64Array.from(entries, ([, bias]) => bias as number),
  };
}
