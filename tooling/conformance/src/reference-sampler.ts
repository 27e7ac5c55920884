import { LlamellaError, type Sampler, type SamplingOptions } from '@llamella/spec';
import { createRandom } from './random.ts';

/**
 * A sampler without filters or penalties: biases, bans and the mask, then greedy, or with a temperature the Gumbel-max
 * trick (Maddison et al., "A* Sampling", 2014). It overwrites the logits, as samplers may.
 */
export function createReferenceSampler(options: SamplingOptions = {}): Sampler {
  const { temperature = 0, seed = 0, logitBias = {}, suppressTokens = [] } = options;
  const random = createRandom(seed);
  const biases = new Map(
    logitBias instanceof Map ? logitBias : Object.entries(logitBias).map(([id, b]) => [+id, b]),
  );
  for (const token of suppressTokens) biases.set(token, Number.NEGATIVE_INFINITY);
  return {
    sample(logits, _tokens, _tokenCount, mask) {
      if (mask && mask.length !== Math.ceil(logits.length / 32))
        throw new LlamellaError('invalid-argument', `mask: has ${mask.length} entries`);
      let best = -1;
      for (let id = 0; id < logits.length; id++) {
        if (Number.isNaN(logits[id])) throw new LlamellaError('backend', `the logit of token ${id} is NaN`);
        logits[id]! += biases.get(id) ?? 0;
        if (mask && ((mask[id >> 5]! >>> (id & 31)) & 1) === 0) logits[id] = Number.NEGATIVE_INFINITY;
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
