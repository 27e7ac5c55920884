import { LlamellaError, type LoadedModel, loadModel } from 'llamella';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';

const greedy = { temperature: 0, ignoreEndOfGeneration: true } as const;
const prompt = 'Once upon a time, in a small village';
let model: LoadedModel;

beforeAll(async () => {
  model = await loadModel();
});
afterAll(() => model?.[Symbol.asyncDispose]());

describe('sampling', () => {
  const sampled = { temperature: 1, topP: 0.95, maxTokens: 12, ignoreEndOfGeneration: true };
  const tokens = async (seed: number) => (await collect(model.generate(prompt, { ...sampled, seed }))).tokens;

  test('a seed gives the same tokens again, another one others', async () => {
    // What comes from the cache was computed in other steps, with other rounding: a first run prepares equal ones.
    await tokens(0);
    const first = await tokens(1);
    expect(first).toHaveLength(12);
    expect(await tokens(1)).toEqual(first);
    expect(await tokens(2)).not.toEqual(first);
  });

  test('without a temperature the most likely token is taken', async () => {
    const absent = await collect(model.generate(prompt, { maxTokens: 6 }));
    expect(absent.tokens).toEqual(
      (await collect(model.generate(prompt, { maxTokens: 6, temperature: 0 }))).tokens,
    );
  });
});

test('log probabilities belong to the tokens, and the greedy one is the best', async () => {
  const { tokens, logprobs } = await collect(
    model.generate(prompt, { ...greedy, maxTokens: 4, logprobs: 3 }),
  );
  expect(logprobs.map(({ token }) => token)).toEqual(tokens);
  for (const { token, logprob, top } of logprobs) {
    expect(top).toHaveLength(3);
    expect(top[0]).toEqual({ token, logprob });
    expect(logprob).toBeLessThan(0);
    expect(top[1]!.logprob).toBeLessThanOrEqual(logprob);
    expect(top.reduce((sum, each) => sum + Math.exp(each.logprob), 0)).toBeLessThan(1);
  }
});

describe('a stop string', () => {
  test('ends the text before it, also in the middle of a token', async () => {
    const whole = (await collect(model.generate(prompt, { ...greedy, maxTokens: 16 }))).text;
    const at = Math.floor(whole.length / 2);
    const stop = whole.slice(at, at + 5);
    const { text, finishReason, tokens } = await collect(
      model.generate(prompt, { ...greedy, maxTokens: 16, stop }),
    );
    expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(finishReason).toBe('stop');
    expect(tokens.length).toBeLessThan(16);
  });

  test('that does not appear changes nothing', async () => {
    const whole = await collect(model.generate(prompt, { ...greedy, maxTokens: 8 }));
    const stopped = await collect(
      model.generate(prompt, { ...greedy, maxTokens: 8, stop: ['\u0000', 'zzzzzz'] }),
    );
    expect(stopped).toMatchObject({ text: whole.text, tokens: whole.tokens, finishReason: 'length' });
  });
});

describe('an abort', () => {
  const reason = new Error('enough');
  const works = async () => {
    const { tokens } = await collect(model.generate('The capital of France is', { ...greedy, maxTokens: 2 }));
    return model.tokenizer.decode(tokens);
  };

  test('while the prompt is run rejects at once, and the model still works', { retry: 3 }, async () => {
    const expected = await works();
    const tokens = Uint32Array.from({ length: 2000 }, (_, index) => 1000 + ((index * 7919) % 30_000));
    const controller = new AbortController();
    let abortedAt = 0;
    setTimeout(() => {
      abortedAt = performance.now();
      controller.abort(reason);
    }, 100);
    const started = performance.now();
    const { signal } = controller;
    await expect(collect(model.generate(tokens, { ...greedy, maxTokens: 1, signal }))).rejects.toBe(reason);
    const rejectedAt = performance.now();
    expect(abortedAt).toBeGreaterThan(started);

    expect(await works()).toBe(expected);
    const finished = performance.now();
    await collect(model.generate(tokens, { ...greedy, maxTokens: 1 }));
    // Most of the prompt was left: what remained after the abort is short beside what it takes.
    expect(rejectedAt - abortedAt).toBeLessThan((performance.now() - finished) / 2);
  });

  test('while tokens are generated rejects, and what was computed is kept', async () => {
    const expected = await works();
    const controller = new AbortController();
    const got: number[] = [];
    const run = async () => {
      for await (const { tokens } of model.generate(prompt, { ...greedy, signal: controller.signal })) {
        got.push(...tokens);
        if (got.length === 5) controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(got).toHaveLength(5);
    const again = await collect(model.generate(prompt, { ...greedy, maxTokens: 5 }));
    expect(again.tokens).toEqual(got);
    expect(again.timings.cachedTokens).toBeGreaterThan(0);
    expect(await works()).toBe(expected);
  });

  test('while waiting for another generation rejects, and the other goes on', async () => {
    const expected = await collect(model.generate(prompt, { ...greedy, maxTokens: 8 }));
    const running = collect(model.generate(prompt, { ...greedy, maxTokens: 8 }));
    const { signal } = { signal: AbortSignal.timeout(20) };
    const error = await collect(model.generate('x', { ...greedy, signal })).catch((error: unknown) => error);
    expect(error).toBe(signal.reason);
    expect((await running).tokens).toEqual(expected.tokens);
  });
});

test('leaving the loop gives the model free', async () => {
  for await (const { tokens } of model.generate(prompt, greedy)) {
    expect(tokens).toHaveLength(1);
    break;
  }
  expect((await collect(model.generate(prompt, { ...greedy, maxTokens: 1 }))).tokens).toHaveLength(1);
});

test.each([
  ['maxTokens', { maxTokens: -1 }],
  ['temperature', { temperature: Number.NaN }],
  ['topP', { topP: 1.5 }],
  ['seed', { seed: -1 }],
  ['stop', { stop: '' }],
  ['logprobs', { logprobs: 1e9 }],
])('%s out of range is an error that names it', async (name, options) => {
  const error = await collect(model.generate(prompt, options)).catch((error: unknown) => error);
  expect(LlamellaError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: 'invalid-argument', message: expect.stringContaining(`${name}: `) });
});
