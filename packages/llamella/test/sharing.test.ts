import { type LoadedModel, type LoadOptions, loadModel } from 'llamella';
import { describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const temporary = temporaryFolder();
const path = temporary.write('tiny.gguf', tinyGguf());
const load = (options: LoadOptions = {}) => loadModel(path, options);
const options = { temperature: 0, maxTokens: 40, ignoreEndOfGeneration: true };
const prompts = ['The first prompt', 'another one, which is longer than it', '3'];

const tokens = async (model: LoadedModel, prompt: string) =>
  (await collect(model.generate(prompt, options))).tokens;

/** What each prompt gives on a model that has run nothing else. */
async function alone(): Promise<number[][]> {
  const all: number[][] = [];
  for (const prompt of prompts) {
    await using model = await load();
    all.push(await tokens(model, prompt));
  }
  return all;
}

describe('several generations at once', () => {
  test.each([1, 2, 3])('with %i slots give what each gives alone', async (slots) => {
    const expected = await alone();
    expect(new Set(expected.map(String)).size).toBe(prompts.length);
    await using model = await load({ slots });
    for (let round = 0; round < 2; round++)
      expect(await Promise.all(prompts.map((prompt) => tokens(model, prompt)))).toEqual(expected);
  });

  test.each([
    [1, false],
    [2, true],
  ])('with %i slots, they take turns: %s', async (slots, takesTurns) => {
    await using model = await load({ slots });
    const order: number[] = [];
    const run = async (index: number) => {
      for await (const _ of model.generate(prompts[index]!, options)) order.push(index);
    };
    await Promise.all([run(0), run(1)]);
    const changes = order.filter((index, position) => position > 0 && index !== order[position - 1]).length;
    expect(order).toHaveLength(80);
    if (takesTurns) expect(changes).toBeGreaterThan(20);
    else expect(changes).toBe(1);
  });

  test('two slots keep two conversations', async () => {
    await using model = await load({ slots: 2 });
    for (const prompt of [prompts[0]!, prompts[1]!]) await tokens(model, prompt);
    for (const prompt of [prompts[0]!, prompts[1]!]) {
      const { timings } = await collect(model.generate(prompt, options));
      expect(timings.cachedTokens).toBe(timings.promptTokens - 1);
    }
  });
});

describe('contextLength', () => {
  test('ends a generation that fills it', async () => {
    await using model = await load({ contextLength: 20 });
    expect(model).toMatchObject({ contextLength: 20, config: { contextLength: 256 } });
    const { tokens, finishReason } = await collect(model.generate('0123456789', options));
    expect(tokens).toHaveLength(10);
    expect(finishReason).toBe('context-full');
    await using whole = await load();
    expect((await collect(whole.generate('0123456789', { ...options, maxTokens: 10 }))).tokens).toEqual(
      tokens,
    );
  });

  test('refuses a prompt that leaves no room, and the model still works', async () => {
    await using model = await load({ contextLength: 20 });
    const error = await collect(model.generate('01234567890123456789', options)).catch(
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ code: 'context-full', message: expect.stringContaining('20') });
    expect(await tokens(model, '01234567890123456')).toHaveLength(3);
  });

  test.each([0, 257, 1.5, Number.NaN])('%d is not accepted', async (contextLength) => {
    const message = expect.stringMatching(/^contextLength: /);
    await expect(load({ contextLength })).rejects.toMatchObject({ code: 'invalid-argument', message });
  });
});

test.each([
  ['slots', { slots: 0 }],
  ['threads', { threads: -1 }],
  ['device', { device: 'abacus' as 'cpu' }],
])('%s that cannot be is an error', async (name, wrong) => {
  const error = { code: 'invalid-argument', message: expect.stringContaining(`${name}: `) };
  await expect(load(wrong)).rejects.toMatchObject(error);
});

describe('disposal', () => {
  test('twice is once, and at the same time too', async () => {
    const model = await load();
    await Promise.all([model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
    await model[Symbol.asyncDispose]();
  });

  test('ends what is asked for afterwards', async () => {
    const model = await load();
    await model[Symbol.asyncDispose]();
    const disposed = { code: 'disposed' };
    await expect(tokens(model, 'a')).rejects.toMatchObject(disposed);
    await expect(collect(model.chat([{ role: 'user', content: 'a' }]))).rejects.toMatchObject(disposed);
    await expect(model.engine.forEachLogits(Uint32Array.of(5), () => {})).rejects.toMatchObject(disposed);
    expect(model.tokenizer.decode(model.tokenizer.encode('still here'))).toBe('still here');
  });

  test('ends generations that are under way', async () => {
    const model = await load({ slots: 2 });
    const endless = { ...options, maxTokens: 200 };
    const running = prompts.map((prompt) => collect(model.generate(prompt, endless)));
    const ends = Promise.allSettled(running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await model[Symbol.asyncDispose]();
    for (const end of await ends)
      expect(end).toMatchObject({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'disposed' }),
      });
  });
});

test('a model without a chat template continues text, and says why it cannot chat', async () => {
  const metadata = { 'tokenizer.chat_template': undefined };
  const untemplated = temporary.write('untemplated.gguf', tinyGguf({ metadata }));
  await using model = await loadModel(untemplated);
  expect(await tokens(model, 'a')).toHaveLength(40);
  const error = { code: 'template', message: expect.stringContaining('untemplated.gguf') };
  await expect(collect(model.chat([{ role: 'user', content: 'a' }]))).rejects.toMatchObject(error);
});
