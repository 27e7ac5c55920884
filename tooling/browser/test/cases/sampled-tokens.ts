import { createSampler, type SamplerOptions } from '@llamella/sampler';
import { createIntegers } from './random.ts';

const vocabularySize = 5000;
const steps = 40;

const optionSets: readonly SamplerOptions[] = [
  { temperature: 0 },
  { temperature: 1 },
  { temperature: 1.7, topK: 50 },
  { temperature: 0.9, topP: 0.8 },
  { temperature: 0.7, minP: 0.02 },
  { temperature: 1.2, topK: 200, topP: 0.95, minP: 0.001, repetitionPenalty: 1.3, frequencyPenalty: 0.4 },
  { temperature: 1, presencePenalty: 1.5, penaltyWindow: -1 },
];

/** For every set of options and three seeds: the tokens of 40 steps, joined. */
export function sampledTokens(): string[] {
  return optionSets.flatMap((options) =>
    [0, 1, 0xffff_ffff].map((seed) => {
      const integer = createIntegers(seed);
      const sampler = createSampler({ ...options, seed });
      const tokens = new Uint32Array(steps + 1);
      for (let count = 1; count <= steps; count++) {
        const logits = Float32Array.from({ length: vocabularySize }, () => integer(2 ** 20) / 2 ** 16);
        tokens[count] = sampler.sample(logits, tokens, count);
      }
      return tokens.subarray(1).join(' ');
    }),
  );
}
