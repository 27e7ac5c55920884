import { type ChatMessage, type LoadedModel, loadModel } from 'llamella';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from './support/collect.ts';

const exact = { exact: true };
const greedy = { temperature: 0, maxTokens: 48 };
const question: ChatMessage = { role: 'user', content: 'What is the capital of France?' };
let model: LoadedModel;

beforeAll(async () => {
  model = await loadModel(undefined, exact);
});
afterAll(() => model?.[Symbol.asyncDispose]());

test('answers a question and ends its turn', async () => {
  const { text, tokens, finishReason, timings } = await collect(model.chat([question], greedy));
  expect(text).toContain('Paris');
  expect(text).not.toContain('<|im_end|>');
  expect(finishReason).toBe('stop');
  expect(timings.generatedTokens).toBe(tokens.length);
  const turn = '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n';
  const parsed = model.tokenizer.encode(`<|im_start|>system\n<|im_end|>\n${turn}`, {
    parseSpecialTokens: true,
  });
  expect(timings.promptTokens).toBe(parsed.length);
  expect(model.encodeChat([question])).toEqual(parsed);
});

test('a system message takes the place of the one that the model recommends', () => {
  const told = { role: 'system', content: 'Be brief.' };
  const start = '<|im_start|>system\nBe brief.<|im_end|>';
  expect(model.tokenizer.decode(model.encodeChat([told, question])).startsWith(start)).toBe(true);
  expect(model.recommendedSystemPrompt).toBe('');
  expect(model.encodeChat([{ ...told, content: '' }, question])).toEqual(model.encodeChat([question]));
});

test('the next turn takes the last one from the cache, and answers as a fresh model does', async () => {
  const first = await collect(model.chat([question], greedy));
  const messages: ChatMessage[] = [
    question,
    { role: 'assistant', content: first.text },
    { role: 'user', content: 'And of Italy?' },
  ];
  const second = await collect(model.chat(messages, greedy));
  const lastTurn = first.timings.promptTokens + first.timings.generatedTokens;
  expect(second.timings.cachedTokens).toBeGreaterThanOrEqual(lastTurn - 1);
  expect(second.timings.cachedTokens).toBeLessThan(second.timings.promptTokens);

  await using fresh = await loadModel(undefined, exact);
  const expected = await collect(fresh.chat(messages, greedy));
  expect(expected.timings.cachedTokens).toBe(0);
  expect(second.tokens).toEqual(expected.tokens);
  expect(second.text).toBe(expected.text);
});

test('a text is continued as it is, without the template', async () => {
  const { text, timings } = await collect(
    model.generate('The capital of France is', { ...greedy, maxTokens: 2 }),
  );
  expect(text).toBe(' Paris.');
  expect(timings.promptTokens).toBe(5);
});

test('a seed gives the same answer, whatever of the prompt was in the cache', async () => {
  const sampled = { temperature: 1, topP: 0.95, seed: 7, maxTokens: 24 };
  const messages = [{ role: 'user', content: 'Tell me a story about a fox.' }];
  const first = await collect(model.chat(messages, sampled));
  const second = await collect(model.chat(messages, sampled));
  expect(second.tokens).toEqual(first.tokens);
  expect(second.timings.cachedTokens).toBeGreaterThan(first.timings.cachedTokens);
  expect((await collect(model.chat(messages, { ...sampled, seed: 8 }))).tokens).not.toEqual(first.tokens);
});

test('the pieces of text are the decoded tokens', async () => {
  const { text, tokens } = await collect(
    model.generate('List of emoji: 😀 😃', { temperature: 0, maxTokens: 24, ignoreEndOfGeneration: true }),
  );
  expect(text).toBe(model.tokenizer.decode(tokens, { skipSpecialTokens: true }));
});
