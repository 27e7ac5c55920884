import { describe, expect, test, vi } from 'vitest';
import type { Candidate } from '../candidate.ts';
import { measure } from '../measure.ts';
import type { Scenario } from '../scenarios.ts';

const settings = { model: 'none.gguf', threads: 1, contextLength: 64, exact: false };
const text = Uint32Array.from({ length: 100 }, (_, index) => index);
const scenario: Scenario = {
  name: 'decode-100',
  promptTokens: 10,
  uncountedTokens: 3,
  countedTokens: 6,
  warmUp: false,
};

/** Generates `steps` tokens at a time, `limit` in all at most, with a pause before each. */
function candidate(pause: () => unknown = () => undefined, { steps = 1, limit = 1000 } = {}) {
  const prompts: number[][] = [];
  let closed = 0;
  const value: Candidate = {
    load: async () => ({
      async *generate(prompt, count) {
        prompts.push([...prompt]);
        for (let done = 0; done < Math.min(count, limit); done += steps) {
          await pause();
          yield steps;
        }
      },
      close: async () => {
        closed++;
      },
    }),
  };
  return { load: async () => value, prompts, closed: () => closed };
}

/** Stops the clock, which goes on as told only. */
function stopClock() {
  let now = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    pass: (milliseconds: number) => () => (now += milliseconds),
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}

describe('measure', () => {
  test('counts tokens after the uncounted ones, and closes the model', async () => {
    using clock = stopClock();
    const fake = candidate(clock.pass(20));
    const result = await measure(fake.load, settings, scenario, text);
    expect(result.decodeTokensPerSecond).toBe(50);
    expect(result.firstTokenMs).toBe(20);
    expect(fake.prompts).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(fake.closed()).toBe(1);
    expect(result.memory.peak).toBeGreaterThanOrEqual(result.memory.resident);
    expect(result.memory.resident).toBeGreaterThan(10 * 2 ** 20);
  });

  test('sees that the event loop is blocked', async () => {
    const block = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    const blocked = await measure(candidate(block).load, settings, scenario, text);
    expect(blocked.longestTimerGapMs).toBeGreaterThan(38);
  });

  test('counts several tokens in a step once each', async () => {
    using clock = stopClock();
    const three = await measure(candidate(clock.pass(20), { steps: 3 }).load, settings, scenario, text);
    expect(three.decodeTokensPerSecond).toBe(150);
  });

  test('warms up with other tokens than the prompt', async () => {
    const fake = candidate();
    const result = await measure(
      fake.load,
      settings,
      { ...scenario, name: 'prefill', uncountedTokens: 1, countedTokens: 0, warmUp: true },
      text,
    );
    expect(fake.prompts.map((prompt) => prompt[0])).toEqual([36, 0]);
    expect(result).not.toHaveProperty('decodeTokensPerSecond');
  });

  test('rejects a candidate that stops early', async () => {
    await expect(measure(candidate(undefined, { limit: 5 }).load, settings, scenario, text)).rejects.toThrow(
      'decode-100: 5 tokens were generated, 9 asked for',
    );
  });
});
