import { createByteTokenizer, createRandom } from '@llamella/conformance';
import { describe, expect, it } from 'vitest';
import { collect, letters, plainGenerate, setup } from './support/setup.ts';

const ids = (text: string) => createByteTokenizer().encode(text);

describe('reuse of the cache', () => {
  it('takes up a conversation at the last token, which the model never ran on', async () => {
    const { engine, backend } = setup({ allowed: letters('abc') });
    const first = await collect(engine.generate(ids('one'), { maxTokens: 5 }));
    backend.requests.length = 0;
    const prompt = Uint32Array.from([...ids('one'), ...first.tokens, ...letters('two')]);
    const second = await collect(engine.generate(prompt, { maxTokens: 2 }));
    expect(second.last.timings).toMatchObject({ promptTokens: 12, cachedTokens: 8 });
    expect(backend.requests[0]).toMatchObject({ position: 8, count: 4 });
    expect(second.tokens).toEqual(await plainGenerate({ allowed: letters('abc') }, prompt, { maxTokens: 2 }));
  });

  it('runs the last token again when the same prompt comes twice', async () => {
    const { engine } = setup();
    const options = { maxTokens: 4, ignoreEndOfGeneration: true };
    const first = await collect(engine.generate('same prompt', options));
    const second = await collect(engine.generate('same prompt', options));
    expect(second.tokens).toEqual(first.tokens);
    expect(second.last.timings!.cachedTokens).toBe(first.last.timings!.promptTokens - 1);
  });

  it.each([1, 2, 3])('never changes the output, over random conversations, %i slots', async (slots) => {
    let cached = 0;
    for (let seed = 0; seed < 25; seed++) {
      const random = createRandom(seed * 31 + slots);
      const contextLength = 24 + random.integer(80);
      const options = {
        slots,
        contextLength,
        prefillChunk: 1 + random.integer(12),
        allowed: [...letters('ab'), 257],
      };
      const { engine } = setup(options);
      let history = ids('a');
      for (let turn = 0; turn < 10; turn++) {
        const action = random.integer(4);
        // Start over, go back and write something else, or go on.
        const kept = action === 0 ? 1 : action === 1 ? 1 + random.integer(history.length) : history.length;
        const added = Array.from({ length: 1 + random.integer(6) }, () => 97 + random.integer(2));
        history = Uint32Array.from([...history.subarray(0, kept), ...added].slice(0, contextLength - 1));
        const generate = {
          temperature: random.integer(2),
          seed: random.integer(1000),
          maxTokens: 1 + random.integer(12),
          ignoreEndOfGeneration: random.integer(2) === 0,
        };
        const result = await collect(engine.generate(history, generate));
        expect(result.tokens).toEqual(await plainGenerate(options, history, generate));
        cached += result.last.timings!.cachedTokens;
        history = Uint32Array.from([...history, ...result.tokens].slice(0, contextLength - 1));
      }
    }
    expect(cached).toBeGreaterThan(1000);
  });
});
