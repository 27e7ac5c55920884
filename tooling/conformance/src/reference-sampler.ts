import { LlamellaError, type Sampler, type SamplingOptions } from '@llamella/spec';
import { createRandom } from './random.ts';

/**
 * A sampler without filters or penalties: greedy, or with a temperature the Gumbel-max trick (Maddison et al.,
 * "A* Sampling", 2014). It overwrites the logits, as samplers may.
 */
export function createReferenceSampler(options: SamplingOptions = {}): Sampler {
  const { temperature = 0, seed = 0 } = options;
  const random = createRandom(seed);
  return {
    sample(logits) {
      let best = -1;
      for (let id = 0; id < logits.length; id++) {
        if (Number.isNaN(logits[id])) throw new LlamellaError('backend', `the logit of token ${id} is NaN`);
        if (temperature > 0)
          logits[id] = logits[id]! / temperature - Math.log(-Math.log(random.next() || 1e-300));
        if (best < 0 || logits[id]! > logits[best]!) best = id;
      }
      if (best < 0 || logits[best] === Number.NEGATIVE_INFINITY) {
        throw new LlamellaError('backend', 'no token is left to choose from');
      }
      const token = best;
      logits.fill(Number.NaN);
      return token;
    },
  };
}
