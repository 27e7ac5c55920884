import { type LoadedModel, loadModel } from 'llamella';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { readGolden, readSmolLm2Golden } from './support/golden-file.ts';
import { measure } from './support/measure.ts';

interface ShortPrompt {
  readonly text: string;
  readonly ids: number[];
  readonly top_ids: number[];
  readonly top_logits: number[];
  readonly greedy_ids: number[];
  readonly greedy_margins: number[];
}

const { prompts } = readGolden<{ prompts: ShortPrompt[] }>('smollm2-short.golden.json');
let model: LoadedModel;

beforeAll(async () => {
  model = await loadModel(undefined, { exact: true });
});
afterAll(() => model?.[Symbol.asyncDispose]());

test('no weight changes its value', () => {
  expect(model.fidelity.length).toBeGreaterThan(200);
  for (const { kind, bound } of model.fidelity) {
    expect(bound).toBe(0);
    expect(['exact', 'decoded']).toContain(kind);
  }
});

test('agrees with PyTorch over 4,096 teacher-forced tokens', { timeout: 400_000 }, async () => {
  const summary = await measure(model, readSmolLm2Golden());
  expect(summary.positions).toBe(4096);
  // A lower bound of the divergence, about 0.7 of it: the golden file has the 32 best tokens and the mass of the rest.
  expect(Math.abs(summary.meanKl)).toBeLessThanOrEqual(1e-5);
  expect(summary.topAgreement).toBeGreaterThanOrEqual(0.999);
  expect(Math.abs(summary.meanNll - summary.meanReferenceNll)).toBeLessThan(1e-4);
});

describe.each(prompts)('after "$text"', (prompt) => {
  const ids = Uint32Array.from(prompt.ids);

  test('the tokens are those of transformers', () => {
    const options = { addSpecialTokens: false, parseSpecialTokens: true };
    expect([...model.tokenizer.encode(prompt.text, options)]).toEqual(prompt.ids);
  });

  test('the best logits are those of PyTorch', async () => {
    let largest = 0;
    const compare = (logits: Float32Array) => {
      for (const [rank, id] of prompt.top_ids.entries())
        largest = Math.max(largest, Math.abs(logits[id]! - prompt.top_logits[rank]!));
    };
    await model.engine.forEachLogits(ids, compare, { start: ids.length - 1 });
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-2);
  });

  test('greedy tokens are those of PyTorch, up to where two tokens are as good', async () => {
    const tie = prompt.greedy_margins.findIndex((margin) => margin <= 1e-3);
    const expected = prompt.greedy_ids.slice(0, tie < 0 ? undefined : tie);
    expect(expected.length).toBeGreaterThan(0);
    const { tokens } = await collect(
      model.generate(ids, { temperature: 0, maxTokens: expected.length, ignoreEndOfGeneration: true }),
    );
    expect(tokens).toEqual(expected);
  });
});
