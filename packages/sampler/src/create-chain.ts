import { InvalidArgumentError, type Sampler } from '@llamella/spec';
import { type Candidates, createCandidates, expandCandidates, idAt, loadCandidates } from './candidates.ts';
import { checkInteger } from './check-integer.ts';
import { checkLength } from './check-length.ts';
import { drawToken, takeMostLikely, weigh } from './draw-token.ts';
import { createFloat16Reader, type Float16Logits } from './float16.ts';
import { greedy } from './greedy.ts';
import { loadMasked } from './mask.ts';
import type { Draw } from './mirostat.ts';
import { createRandom, type Random } from './random.ts';

/** One step of a chain: it changes all logits, or narrows the candidates down. */
export type ChainStep =
  | {
      /**
       * Changes logits in place.
       *
       * @param promptLength how many of the tokens were there at the first call of `sample`
       */
      readonly logits: (
        logits: Float32Array,
        tokens: Uint32Array,
        tokenCount: number,
        promptLength: number,
      ) => void;
    }
  | {
      /** Narrows the candidates down, or changes their logits, in place. */
      readonly candidates: (candidates: Candidates, random: Random) => void;
    };

/** Options of `createChain`. */
export interface ChainOptions {
  /** Chooses from the candidates that the steps leave: `drawToken`, or what `createMirostat` makes. Default: the most likely. */
  readonly draw?: Draw | undefined;
  /** Default: one with a seed of its own. */
  readonly random?: Random | undefined;
  /**
   * Number of logits that `sample` will get. Its memory is then allocated at once, and another number is an error;
   * otherwise the first call decides, and a longer one later enlarges it.
   */
  readonly vocabularySize?: number | undefined;
  /** How many of the tokens are the prompt's. Default: as many as there are at the first call. */
  readonly promptLength?: number | undefined;
}

/** A sampler that also takes half-precision logits, and shows its distribution. */
export interface ChainSampler extends Sampler {
  /**
   * @param logits float32, or half precision as bit patterns or `Float16Array`; only a float32 array is overwritten
   * @throws {InvalidArgumentError} when the logits hold NaN or +Infinity or are all -Infinity, for a mask of another
   *   size or that allows nothing, and for tokens that are not in the vocabulary
   */
  sample(
    logits: Float32Array | Float16Logits,
    tokens: Uint32Array,
    tokenCount: number,
    mask?: Uint32Array,
  ): number;
  /**
   * Runs the steps and writes the distribution that `sample` would draw from, instead of drawing.
   *
   * @param output float32 or float64 `[vocabularySize]`: probabilities, 0 for tokens that cannot be chosen
   * @throws as `sample`
   * @throws {InvalidArgumentError} with mirostat and adaptive-p, whose distribution depends on what they drew
   */
  probabilities(
    logits: Float32Array | Float16Logits,
    tokens: Uint32Array,
    tokenCount: number,
    output: Float32Array | Float64Array,
    mask?: Uint32Array,
  ): void;
}

/**
 * Makes a sampler of steps of your choice: a bundle holds only those. They run in order; a step on logits after one on
 * candidates sees -Infinity for the tokens that were dropped. `sample` allocates nothing once its memory is there.
 *
 * It keeps the state of its random generator and of its steps: use one for each sequence.
 *
 * @throws {InvalidArgumentError} when `vocabularySize` is not an integer in [1, 2^32)
 */
export function createChain(steps: readonly ChainStep[], options: ChainOptions = {}): ChainSampler {
  const { draw, random = createRandom(), vocabularySize } = options;
  if (vocabularySize !== undefined) checkInteger('vocabularySize', vocabularySize, 1, 0xffffffff);
  const narrows = draw !== undefined || steps.some((step) => 'candidates' in step);
  let candidates = createCandidates(narrows ? (vocabularySize ?? 0) : 0);
  const widen = createFloat16Reader();
  let { promptLength = -1 } = options;

  /**
   * Checks the arguments and runs the steps. The candidates are loaded afterwards, unless there are neither steps on
   * them, a draw nor a mask.
   *
   * @returns the logits as float32
   */
  const run = (
    input: Float32Array | Float16Logits,
    tokens: Uint32Array,
    tokenCount: number,
    mask: Uint32Array | undefined,
  ): Float32Array => {
    const { length } = input;
    if (vocabularySize !== undefined) checkLength('logits', input, vocabularySize);
    checkInteger('tokenCount', tokenCount, 0, tokens.length);
    if (promptLength < 0 || tokenCount < promptLength) promptLength = tokenCount;
    const needed = narrows || mask !== undefined;
    if (needed && length > candidates.ids.length) candidates = createCandidates(length);
    const logits = input instanceof Float32Array ? input : widen(input);
    let loaded = false;
    let allowed = mask;
    for (let i = 0; i <= steps.length; i++) {
      const step = steps[i];
      if (step && 'logits' in step) {
        if (loaded) expandCandidates(candidates);
        loaded = false;
        step.logits(logits, tokens, tokenCount, promptLength);
        continue;
      }
      if (!loaded && needed) {
        if (allowed) loadMasked(candidates, logits, allowed);
        else loadCandidates(candidates, logits);
        loaded = true;
        // Once is enough: what it excludes has a logit of -Infinity if it ever comes back.
        allowed = undefined;
      }
      if (step) step.candidates(candidates, random);
    }
    return logits;
  };
  const best = (logits: Float32Array, mask: Uint32Array | undefined): number =>
    narrows || mask ? takeMostLikely(candidates) : greedy(logits);

  return {
    sample(logits, tokens, tokenCount, mask) {
      const values = run(logits, tokens, tokenCount, mask);
      return draw ? draw(candidates, random) : best(values, mask);
    },
    probabilities(logits, tokens, tokenCount, output, mask) {
      if (draw && draw !== drawToken) throw new InvalidArgumentError('draw', 'must be drawToken or none');
      checkLength('output', output, logits.length);
      const values = run(logits, tokens, tokenCount, mask);
      output.fill(0);
      if (draw) writeProbabilities(candidates, output);
      else output[best(values, mask)] = 1;
    },
  };
}

/** Writes the softmax over the candidates to the entries of their ids. */
function writeProbabilities(candidates: Candidates, output: Float32Array | Float64Array): void {
  weigh(candidates);
  for (let i = 0; i < candidates.count; i++)
    output[idAt(candidates, i)] = candidates.work[i]! / candidates.total;
}
