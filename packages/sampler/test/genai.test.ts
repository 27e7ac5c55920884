import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createSampler, genai } from '../src/index.ts';

interface Drawn {
  readonly top_k: number;
  readonly top_p: number;
  readonly temperature: number;
  readonly repetition_penalty?: number;
  readonly no_repeat_ngram_size?: number;
  readonly min_length?: number;
  readonly counts: number[];
}
const golden = JSON.parse(readFileSync(new URL('./golden/genai.json', import.meta.url), 'utf8')) as {
  prompt: number[];
  end: number;
  logits: number[];
  cases: Drawn[];
};

// What onnxruntime-genai drew, with fixed seeds. The bounds are exceeded with probability 0.001 by the same distribution.
it.each(golden.cases)(
  'the preset genai has the distribution of onnxruntime-genai: %o',
  ({ counts, ...stored }) => {
    const sampler = createSampler(
      genai({
        topK: stored.top_k,
        topP: stored.top_p,
        temperature: stored.temperature,
        repetitionPenalty: stored.repetition_penalty ?? 1,
        noRepeatNgramSize: stored.no_repeat_ngram_size ?? 0,
        minLength: stored.min_length ?? 0,
        endTokens: [golden.end],
      }),
    );
    const output = new Float64Array(golden.logits.length);
    const tokens = Uint32Array.from(golden.prompt);
    sampler.probabilities(Float32Array.from(golden.logits), tokens, tokens.length, output);
    const draws = counts.reduce((sum, count) => sum + count, 0);
    let statistic = 0;
    let cells = -1;
    for (const [id, probability] of output.entries()) {
      if (probability === 0) expect(counts[id]).toBe(0);
      else statistic += (counts[id]! - draws * probability) ** 2 / (draws * probability);
      if (probability > 0) cells++;
    }
    // Wilson and Hilferty's approximation of the 0.999 quantile.
    const bound = cells * (1 - 2 / (9 * cells) + 3.09 * Math.sqrt(2 / (9 * cells))) ** 3;
    if (cells > 0) expect(statistic).toBeLessThan(bound);
  },
);
