export { createAdaptiveP } from './adaptive-p.ts';
export { applyPenalties, type Penalties } from './apply-penalties.ts';
export { applySequenceBias, type SequenceBias } from './apply-sequence-bias.ts';
export { applyDynamicTemperature, applyTemperature } from './apply-temperature.ts';
export { banRepeatedNgrams } from './ban-repeated-ngrams.ts';
export {
  type Candidates,
  type Cut,
  createCandidates,
  expandCandidates,
  loadCandidates,
} from './candidates.ts';
export { type ChainOptions, type ChainSampler, type ChainStep, createChain } from './create-chain.ts';
export { createDry, type Dry, type DryOptions } from './create-dry.ts';
export { createSampler, SAMPLING_ORDER, type SamplerOptions, topLogitsNeeded } from './create-sampler.ts';
export { drawToken, takeMostLikely } from './draw-token.ts';
export { excludeTopChoices } from './exclude-top-choices.ts';
export { createFloat16Reader, type Float16Logits } from './float16.ts';
export { banTokens, forceTokens } from './force-tokens.ts';
export { greedy } from './greedy.ts';
export { keepEpsilon, keepEta } from './keep-epsilon.ts';
export { keepMinP } from './keep-min-p.ts';
export { keepTopK } from './keep-top-k.ts';
export { keepTopNSigma } from './keep-top-n-sigma.ts';
export { keepTopP } from './keep-top-p.ts';
export { keepTypical } from './keep-typical.ts';
export { logprobs } from './logprobs.ts';
export { applyMask, loadMasked } from './mask.ts';
export { createMirostat, type Draw } from './mirostat.ts';
export { genai, llamaCpp, transformers } from './presets.ts';
export { createRandom, type Random } from './random.ts';
