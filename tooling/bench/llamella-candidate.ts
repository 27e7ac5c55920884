import type { Candidate } from './candidate.ts';

export const llamella: Candidate = {
  async load({ model: reference, threads, contextLength, exact }) {
    const { loadModel } = await import('llamella');
    const model = await loadModel(reference, { device: 'cpu', threads, contextLength, exact });
    return {
      async *generate(prompt, count) {
        const options = { maxTokens: count, temperature: 0, ignoreEndOfGeneration: true };
        for await (const { tokens, timings } of model.generate(prompt, options)) {
          if (tokens.length > 0) yield tokens.length;
          if (timings !== undefined && timings.cachedTokens > 0)
            throw new Error(`${timings.cachedTokens} prompt tokens came from the cache of an earlier prompt`);
        }
      },
      close: async () => model[Symbol.asyncDispose](),
    };
  },
};
