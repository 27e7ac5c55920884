import type { GenerateOptions, GenerationPart } from '@llamella/spec';
import type { Candidate } from './candidate.ts';

/** The part of the package that is measured. */
interface Model extends AsyncDisposable {
  generate(prompt: Uint32Array, options: GenerateOptions): AsyncIterable<GenerationPart>;
}

type LoadModel = (
  reference: string,
  options: { device: string; threads: number; contextLength: number; exact: boolean },
) => Promise<Model>;

export const llamella: Candidate = {
  async load({ model: reference, threads, contextLength, exact }) {
    const { loadModel } = (await import('llamella')) as unknown as { loadModel?: LoadModel };
    if (loadModel === undefined) throw new Error('the package llamella has no loadModel');
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
