import { createByteTokenizer } from '@llamella/conformance';
import { describe, expect, it } from 'vitest';
import { collect, letters, plainGenerate, setup } from './support/setup.ts';

const ids = (text: string) => createByteTokenizer().encode(text);

describe('the end of a generation', () => {
  it('comes with an end-of-generation token, which is not part of the output', async () => {
    let endings = 0;
    for (let seed = 0; seed < 20; seed++) {
      const options = { allowed: [...letters('abc'), 257] };
      const sampling = { temperature: 1, seed };
      const { engine, backend } = setup(options);
      const result = await collect(engine.generate('hi', sampling));
      expect(result.tokens).toEqual(await plainGenerate(options, ids('hi'), sampling));
      expect(result.tokens).not.toContain(257);
      if (result.finishReason !== 'stop') continue;
      endings++;
      expect(result.last.tokens).toEqual([]);
      expect(backend.requests.reduce((sum, { count }) => sum + count, 0)).toBe(3 + result.tokens.length);
    }
    expect(endings).toBeGreaterThan(10);
  });

  it('can go on past end-of-generation tokens', async () => {
    const options = { allowed: [...letters('a'), 257] };
    const { engine } = setup(options);
    const generate = { temperature: 1, maxTokens: 20, ignoreEndOfGeneration: true };
    const result = await collect(engine.generate('hi', generate));
    expect(result.tokens).toEqual(await plainGenerate(options, ids('hi'), generate));
    expect(result.tokens).toContain(257);
    expect(result.text).toMatch(/^a+$/);
    expect(result.finishReason).toBe('length');
  });

  it.each([true, false])(
    'comes with a stop token, ignoreEndOfGeneration: %s',
    async (ignoreEndOfGeneration) => {
      const options = { allowed: letters('abcd') };
      const generate = { temperature: 1, seed: 5, stopTokens: letters('d'), ignoreEndOfGeneration };
      const result = await collect(setup(options).engine.generate('hi', generate));
      expect(result.tokens).toEqual(await plainGenerate(options, ids('hi'), generate));
      expect(result.finishReason).toBe('stop');
      expect(result.text).toMatch(/^[abc]*$/);
    },
  );

  it('comes with a stop string over several tokens, wherever it lies', async () => {
    const options = { allowed: letters('ab') };
    for (let seed = 0; seed < 30; seed++) {
      const sampling = { temperature: 1, seed, maxTokens: 40 };
      const all = String.fromCharCode(...(await plainGenerate(options, ids('hi'), sampling)));
      const stop = ['abba', 'aaa'];
      const ends = stop.map((text) => (all.includes(text) ? all.indexOf(text) + text.length : Infinity));
      const end = Math.min(...ends);
      const text = Number.isFinite(end) ? all.slice(0, end - stop[ends.indexOf(end)]!.length) : all;
      const { engine } = setup(options);
      const result = await collect(engine.generate('hi', { ...sampling, stop }));
      expect(result.text).toBe(text);
      expect(result.finishReason).toBe(Number.isFinite(end) ? 'stop' : 'length');
      expect(result.tokens).toHaveLength(Math.min(end, 40));
      for (const part of result.parts) expect(text).toContain(part.text);
    }
  });

  it('takes one stop string as a text, and emits at the end what was held back for it', async () => {
    const { engine } = setup({ allowed: letters('a') });
    const stopped = await collect(engine.generate('hi', { stop: 'aaa' }));
    expect(stopped).toMatchObject({ text: '', tokens: letters('aaa'), finishReason: 'stop' });
    const cut = await collect(engine.generate('hi', { stop: 'aaab', maxTokens: 3 }));
    expect(cut.parts.map((part) => part.text)).toEqual(['', '', 'aaa']);
  });

  it.each([0, 1, 2, 7])('comes after maxTokens: %i', async (maxTokens) => {
    const { engine, backend } = setup({ allowed: letters('abc') });
    const result = await collect(engine.generate('hello', { maxTokens }));
    expect(result).toMatchObject({ finishReason: 'length' });
    expect(result.tokens).toHaveLength(maxTokens);
    expect(result.last.timings).toMatchObject({ promptTokens: 6, generatedTokens: maxTokens });
    expect(backend.requests).toHaveLength(maxTokens);
  });

  it('comes when the context is full', async () => {
    const options = { contextLength: 16, allowed: letters('abc') };
    const { engine, backend } = setup(options);
    const result = await collect(engine.generate(new Uint32Array(10)));
    expect(result.finishReason).toBe('context-full');
    expect(result.tokens).toEqual(await plainGenerate(options, new Uint32Array(10)));
    expect(result.tokens).toHaveLength(6);
    expect(backend.storage.capacity).toBe(16);
    const exact = await collect(engine.generate(new Uint32Array(10), { maxTokens: 6 }));
    expect(exact.finishReason).toBe('length');
    const one = await collect(engine.generate(new Uint32Array(15)));
    expect(one).toMatchObject({ finishReason: 'context-full', tokens: [expect.any(Number)] });
  });

  it('comes when the budget of the cache is spent', async () => {
    const { engine } = setup({ allowed: letters('abc'), cache: { maximumBytes: 80 } });
    const result = await collect(engine.generate(new Uint32Array(10)));
    expect(result.finishReason).toBe('context-full');
    expect(result.tokens).toHaveLength(11);
    expect(result.last.timings!.generatedTokens).toBe(11);
    await expect(collect(engine.generate(new Uint32Array(21)))).rejects.toThrow('maximumBytes = 80');
  });

  it('gives the slot back before the last part is handed out', async () => {
    const { engine } = setup();
    for await (const part of engine.generate('outer', { maxTokens: 2 })) {
      if (part.finishReason)
        expect((await collect(engine.generate('inner', { maxTokens: 2 }))).tokens).toHaveLength(2);
    }
  });
});
