import { LlamellaError } from '@llamella/spec';
import type { BrowserModel } from 'llamella';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryDatabase } from '../src/conversation/conversation-database.ts';
import { createConversationLibrary } from '../src/conversation/conversation-library.ts';
import { visibleMessages } from '../src/conversation/conversation-tree.ts';
import { newConversation } from '../src/conversation/new-conversation.ts';
import { addPart, startAnswer, tokensAfterFirst, toStatistics } from '../src/generation/answer-progress.ts';
import { createChatSession } from '../src/generation/chat-session.ts';
import { splitReasoning } from '../src/generation/split-reasoning.ts';
import { TokenTrace } from '../src/generation/token-trace.ts';
import { frameThrottle } from '../src/platform/frame-throttle.ts';
import { defaultSampling } from '../src/settings/sampling-settings.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 1));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
});
afterEach(() => vi.unstubAllGlobals());

type Chat = BrowserModel['chat'];

function setUp(chat: Chat | undefined, withProbabilities = false) {
  const makeNew = () => newConversation(defaultSampling, undefined);
  const library = createConversationLibrary(createMemoryDatabase(), makeNew);
  const model = {
    name: 'Test',
    recommendedSystemPrompt: 'Be brief.',
    recommendedSampling: { temperature: 0.5 },
    chat,
    pieces: async (ids: readonly number[]) => ids.map((id) => `<${id}>`),
  } as unknown as BrowserModel;
  const session = createChatSession({
    library,
    model: async () => (chat ? model : undefined),
    withProbabilities: () => withProbabilities,
  });
  const ended = () =>
    new Promise<void>((resolve) => {
      const unsubscribe = session.finished.subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
  const { id } = library.current.get();
  const shown = () => visibleMessages(library.current.get());
  return { library, session, id, shown, ended };
}

const timings = {
  promptTokens: 9,
  cachedTokens: 0,
  promptMs: 1,
  firstTokenMs: 2,
  generatedTokens: 2,
  generateMs: 3,
};

describe('a question', () => {
  test('is answered and kept, with the settings of its conversation', async () => {
    const asked: unknown[] = [];
    const { session, id, shown, ended, library } = setUp(async function* (messages, options) {
      asked.push(messages, options?.temperature, typeof options?.seed, options?.logprobs);
      yield { text: 'Par', tokens: [1] };
      yield { text: 'is', tokens: [2] };
      yield { text: '', tokens: [], finishReason: 'stop', timings };
    });
    session.ask(id, 'Capital?', null);
    expect(session.live.get()).toMatchObject({ conversationId: id, phase: 'model' });
    await ended();
    expect(session.live.get()).toBeUndefined();
    expect(asked).toEqual([[{ role: 'user', content: 'Capital?' }], 0.5, 'number', undefined]);
    const [question, answer] = shown();
    expect(question).toMatchObject({ role: 'user', content: 'Capital?' });
    expect(answer).toMatchObject({ content: 'Paris', end: 'stop', model: 'Test' });
    expect(answer?.statistics).toMatchObject({ promptTokens: 9, generatedTokens: 2 });
    expect(library.current.get().title).toBe('Capital?');
  });

  test('that is stopped keeps what was written', async () => {
    const { session, id, shown, ended } = setUp(async function* (_, options) {
      yield { text: 'Once', tokens: [1] };
      await new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
      );
    });
    session.ask(id, 'A story', null);
    await vi.waitFor(() => expect(session.live.get()?.progress.text).toBe('Once'));
    session.stop();
    await ended();
    expect(shown()[1]).toMatchObject({ content: 'Once', end: 'stopped' });
  });

  test('that is stopped does not wait for the model, but the next one does', async () => {
    let release: () => void = () => undefined;
    const begun: string[] = [];
    const { session, id, shown, ended } = setUp(async function* (messages) {
      begun.push(String(messages.at(-1)?.content));
      yield { text: 'Once', tokens: [1] };
      if (begun.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    session.ask(id, 'One', null);
    await vi.waitFor(() => expect(session.live.get()?.progress.text).toBe('Once'));
    session.stop();
    await ended();
    expect(shown()[1]).toMatchObject({ content: 'Once', end: 'stopped' });
    await vi.waitFor(() => {
      session.ask(id, 'Two', null);
      expect(session.live.get()).toBeDefined();
    });
    const second = ended();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(begun).toEqual(['One']);
    release();
    await second;
    expect(begun).toEqual(['One', 'Two']);
  });

  test('is not asked while another is being answered, and is after it was stopped', async () => {
    const { session, id, shown, ended } = setUp(async function* (_, options) {
      await new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
      );
      yield { text: '', tokens: [] };
    });
    session.ask(id, 'One', null);
    session.ask(id, 'Two', null);
    expect(shown()).toHaveLength(2);
    session.stop();
    await ended();
    await vi.waitFor(() => {
      session.ask(id, 'Three', null);
      expect(shown()[0]?.content).toBe('Three');
    });
    session.stop();
  });

  test('that fails says why in plain words, and can be answered again', async () => {
    let round = 0;
    const { session, id, shown, ended } = setUp(async function* () {
      if (round++ === 0) throw new LlamellaError('context-full', 'the prompt has 9000 tokens');
      yield { text: 'Yes', tokens: [1] };
    });
    session.ask(id, 'Hello', null);
    await ended();
    const [question, failed] = shown();
    expect(failed?.end).toBe('error');
    expect(failed?.error).toMatch(/no longer fits.*new conversation.*9000 tokens/);
    await vi.waitFor(() => {
      session.answer(id, question!.id);
      expect(session.live.get()).toBeDefined();
    });
    await ended();
    expect(shown()[1]).toMatchObject({ content: 'Yes', end: 'stop' });
  });

  test('without a model ends with a sentence', async () => {
    const { session, id, shown, ended } = setUp(undefined);
    session.ask(id, 'Hello', null);
    await ended();
    expect(shown()[1]).toMatchObject({ end: 'error', error: expect.stringMatching(/Load one.*Regenerate/) });
  });

  test('is answered with probabilities when they are asked for', async () => {
    const { session, id, shown, ended } = setUp(async function* (_, options) {
      expect(options?.logprobs).toBe(5);
      yield {
        text: 'a',
        tokens: [1],
        logprobs: [{ token: 1, logprob: -0.1, top: [{ token: 2, logprob: -2 }] }],
      };
    }, true);
    session.ask(id, 'Hello', null);
    await ended();
    expect(shown()[1]?.tokens).toEqual([{ text: '<1>', logprob: -0.1, top: [{ text: '<2>', logprob: -2 }] }]);
  });
});

describe('the progress of an answer', () => {
  test('is measured by the page until the model tells', () => {
    let progress = startAnswer(100);
    expect(toStatistics(progress)).toBeUndefined();
    progress = addPart(progress, { text: '', tokens: [1] }, 150);
    progress = addPart(progress, { text: 'a', tokens: [2, 3] }, 250);
    expect(progress.text).toBe('a');
    const soFar = toStatistics(progress)!;
    expect(soFar).toMatchObject({ generatedTokens: 3, firstTokenMs: 50, generateMs: 100 });
    expect(tokensAfterFirst(soFar)).toBe(2);
    progress = addPart(progress, { text: '', tokens: [], finishReason: 'length', timings }, 260);
    expect(toStatistics(progress)).toMatchObject({ generatedTokens: 2, firstTokenMs: 2 });
  });
});

describe('a trace of tokens', () => {
  test('asks for each text once, and keeps the order', async () => {
    const asked: number[][] = [];
    const trace = new TokenTrace(async (ids) => {
      asked.push([...ids]);
      return ids.map(String);
    });
    let ready = 0;
    trace.add([{ token: 1, logprob: 0, top: [{ token: 2, logprob: -1 }] }], () => ready++);
    trace.add([{ token: 2, logprob: 0, top: [{ token: 1, logprob: -1 }] }], () => ready++);
    expect((await trace.finished())?.map(({ text }) => text)).toEqual(['1', '2']);
    expect([asked, ready]).toEqual([[[1, 2]], 2]);
  });

  test('is left out when the texts cannot be had', async () => {
    const trace = new TokenTrace(() => Promise.reject(new Error('gone')));
    trace.add([{ token: 1, logprob: 0, top: [] }], () => undefined);
    expect(await trace.finished()).toBeUndefined();
  });
});

describe('reasoning', () => {
  test.each([
    ['Hello <think>', { isThinking: false, answer: 'Hello <think>' }],
    ['<thi', { isThinking: true, answer: '' }],
    ['<think>\nHm', { isThinking: true, reasoning: 'Hm', answer: '' }],
    ['<think>\nHm\n</think>\n\nYes', { isThinking: false, reasoning: 'Hm', answer: 'Yes' }],
    ['<think>\n\n</think>\n\nYes', { isThinking: false, answer: 'Yes' }],
    ['', { isThinking: false, answer: '' }],
  ])('of %j is %j', (text, split) => {
    expect(splitReasoning(text)).toEqual(split);
  });
});

describe('a throttle', () => {
  test('calls now and then before a frame, and without frames after a while', () => {
    vi.useFakeTimers();
    try {
      const frames: (() => void)[] = [];
      const clock = {
        now: () => Date.now(),
        requestAnimationFrame: (callback: () => void) => frames.push(callback),
        cancelAnimationFrame: () => undefined,
        setTimeout: (callback: () => void, milliseconds: number) =>
          setTimeout(callback, milliseconds) as unknown as number,
        clearTimeout: (handle: number) => clearTimeout(handle),
      };
      let calls = 0;
      const throttle = frameThrottle(() => calls++, clock);
      for (let request = 0; request < 10; request++) throttle.request();
      expect([calls, frames.length]).toEqual([0, 1]);
      frames.pop()!();
      expect(calls).toBe(1);
      throttle.flush();
      expect(calls).toBe(1);
      throttle.request();
      expect(frames).toHaveLength(0);
      vi.advanceTimersByTime(45);
      expect([calls, frames.length]).toEqual([1, 1]);
      vi.advanceTimersByTime(1000);
      expect(calls).toBe(2);
      throttle.request();
      throttle.flush();
      expect(calls).toBe(3);
      throttle.request();
      throttle.cancel();
      vi.advanceTimersByTime(1000);
      expect(calls).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
