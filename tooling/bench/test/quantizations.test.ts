import { describe, expect, it } from 'vitest';
import {
  chunkLength,
  cutChunks,
  negativeLogLikelihood,
  summarizeLosses,
} from '../quantizations/perplexity.ts';
import { perplexityTable, speedTable } from '../quantizations/report.ts';

describe('chunks', () => {
  const tokens = Uint32Array.from({ length: 3 * chunkLength + 5 }, (_, index) => index);

  it('follow each other, without the rest', () => {
    const chunks = cutChunks(tokens, undefined);
    expect(chunks.map((chunk) => [chunk[0], chunk.at(-1)])).toEqual([
      [0, 511],
      [512, 1023],
      [1024, 1535],
    ]);
    expect(cutChunks(tokens, undefined, 2)).toHaveLength(2);
  });

  it('begin with a BOS where there is one, and leave the text as it is', () => {
    expect(cutChunks(tokens, 7).map((chunk) => [chunk[0], chunk[1]])).toEqual([
      [7, 1],
      [7, 513],
      [7, 1025],
    ]);
    expect(tokens[512]).toBe(512);
  });

  it('need text for one', () => {
    expect(() => cutChunks(tokens.subarray(0, 511), undefined)).toThrow('511 tokens make no chunk of 512');
  });
});

it('loses the logarithm of the probability', () => {
  const logits = Float32Array.of(1000, 1000 + Math.log(2), 1000);
  expect(negativeLogLikelihood(logits, 1)).toBeCloseTo(Math.log(2), 4);
  expect(negativeLogLikelihood(logits, 0)).toBeCloseTo(Math.log(4), 4);
});

it('has the perplexity of uniform guesses, and its error', () => {
  expect(summarizeLosses([Math.log(8), Math.log(8)])).toEqual({
    perplexity: expect.closeTo(8),
    standardError: 0,
    scoredTokens: 2,
  });
  expect(summarizeLosses([1, 3]).standardError).toBeCloseTo(Math.exp(2));
});

it('writes both tables', () => {
  const result = (perplexity: number) => ({ perplexity, standardError: 0.5, scoredTokens: 10 });
  const results = { 'llama.cpp': result(20), llamella: result(20.1), 'llamella, exact': result(19.9) };
  expect(
    perplexityTable([{ type: 'Q4_0', byteLength: 91.6e6, results }])
      .split('\n')
      .at(-1),
  ).toBe('| Q4_0 | 92 | 20.000 | 20.100 | +0.50 % | 19.900 | −0.50 % | 0.50 |');
  expect(
    speedTable([{ type: 'Q4_0', llamella: [90, 100, 120], peer: [40, 50, 60] }])
      .split('\n')
      .at(-1),
  ).toBe('| Q4_0 | 100.0 (90.0–120.0) | 50.0 (40.0–60.0) | 2.00 |');
});
