import { InvalidArgumentError, type Sampler, type SamplingOptions } from '@llamella/spec';
import { applyPenalties, type Penalties } from './apply-penalties.ts';
import { applyTemperature } from './apply-temperature.ts';
import { type Candidates, createCandidates, loadCandidates } from './candidates.ts';
import { checkOptions } from './check-options.ts';
import { drawToken } from './draw-token.ts';
import { greedy } from './greedy.ts';
import { keepMinP } from './keep-min-p.ts';
import { keepTopK } from './keep-top-k.ts';
import { keepTopP } from './keep-top-p.ts';
import { createRandom, randomSeed } from './random.ts';

/** Options of `createSampler`. */
export interface SamplerOptions extends SamplingOptions {
  /**
   * Number of logits that `sample` will get. Its memory is then allocated at once, and another number is an error;
   * otherwise the first call decides, and a longer one later enlarges it.
   */
  readonly vocabularySize?: number;
}

/**
 * Makes a sampler that runs the steps in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, draw. A step
 * whose option is absent is left out. Without a temperature, or with 0, it takes the most likely token after the
 * penalties; the steps between cannot change that one.
 *
 * It keeps the state of its random generator: use one sampler for one sequence. `sample` allocates nothing once its
 * memory is there, and overwrites the logits.
 *
 * @throws {InvalidArgumentError} naming the option and what it accepts
 */
export function createSampler(options: SamplerOptions = {}): Sampler {
  checkOptions(options);
  const { temperature = 0, topK = 0, topP = 1, minP = 0, seed, vocabularySize } = options;
  if (vocabularySize !== undefined && !(Number.isSafeInteger(vocabularySize) && vocabularySize > 0))
    throw new InvalidArgumentError('vocabularySize', `must be an integer above 0, got ${vocabularySize}`);
  const penalties = penaltiesOf(options);
  const random = createRandom(seed ?? randomSeed());

  let candidates: Candidates | undefined;
  let counts: Uint32Array | undefined;
  let size = 0;
  const reserve = (needed: number): void => {
    if (temperature > 0) candidates = createCandidates(needed);
    if (penalties) counts = new Uint32Array(needed);
    size = needed;
  };
  if (vocabularySize !== undefined) reserve(vocabularySize);

  return {
    sample(logits, tokens, tokenCount) {
      if (vocabularySize !== undefined && logits.length !== vocabularySize)
        throw new InvalidArgumentError('logits', `must have ${vocabularySize} entries, got ${logits.length}`);
      if (!(Number.isInteger(tokenCount) && tokenCount >= 0 && tokenCount <= tokens.length))
        throw new InvalidArgumentError(
          'tokenCount',
          `must be an integer in [0, ${tokens.length}], the size of tokens, got ${tokenCount}`,
        );
      if (logits.length > size) reserve(logits.length);
      if (penalties && counts) applyPenalties(logits, tokens, tokenCount, penalties, counts);
      if (!candidates) return greedy(logits);
      loadCandidates(candidates, logits);
      keepTopK(candidates, topK);
      keepTopP(candidates, topP);
      keepMinP(candidates, minP);
      applyTemperature(candidates, temperature);
      return drawToken(candidates, random);
    },
  };
}

/** The penalties that `options` ask for, or `undefined` when they change nothing. */
function penaltiesOf(options: SamplingOptions): Penalties | undefined {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyWindow = 64 } = options;
  const neutral = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  return neutral || penaltyWindow === 0
    ? undefined
    : { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow };
}
