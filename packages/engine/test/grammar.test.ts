import { describe, expect, it } from 'vitest';
import { ListGrammar } from './support/list-grammar.ts';
import { collect, setup } from './support/setup.ts';

const steps = ['{', '"', 'abc', 'abc', '"', ':', '0123456789', '}'];
const expected = /^\{"[abc]{2}":\d\}$/;

describe('a grammar', () => {
  it('decides which tokens may be chosen, and ends the generation', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const grammar = new ListGrammar(steps);
      const { engine } = setup();
      const result = await collect(engine.generate('hi', { temperature: 1, seed, grammar }));
      expect(result.text).toMatch(expected);
      expect(result.finishReason).toBe('stop');
      expect(result.tokens).toHaveLength(8);
      expect(grammar.open).toBe(0);
    }
  });

  it('gives the same text whether its certain tokens are passed over or asked for', async () => {
    const logprobs = (_: Float32Array, token: number) => ({ token, logprob: 0, top: [] });
    for (let seed = 0; seed < 10; seed++) {
      const fast = setup({ logprobs });
      const slow = setup({ logprobs });
      const options = { temperature: 0, seed };
      const quick = await collect(
        fast.engine.generate(`${seed}`, { ...options, grammar: new ListGrammar(steps) }),
      );
      const asked = await collect(
        slow.engine.generate(`${seed}`, { ...options, grammar: new ListGrammar(steps), logprobs: 0 }),
      );
      expect(quick.text).toBe(asked.text);
      expect(asked.parts.flatMap((part) => part.logprobs ?? [])).toHaveLength(8);
      // The prompt, then one step for each choice that is left: two letters and a digit.
      expect(fast.backend.requests).toHaveLength(4);
      expect(slow.backend.requests).toHaveLength(8);
      expect(fast.backend.requests.map(({ count }) => count)).toEqual([2, 2, 1, 3]);
    }
  });

  it('can leave a position open, and can want an end token', async () => {
    const grammar = new ListGrammar(['a', '*', 'b'], false);
    const { engine } = setup({ allowed: [97, 98, 99] });
    const result = await collect(engine.generate('hi', { temperature: 1, seed: 3, grammar }));
    expect(result.text).toMatch(/^a[abc]b$/);
    expect(result.finishReason).toBe('stop');
    expect(grammar.open).toBe(0);
  });

  it('stops in the middle of certain tokens at a limit, a stop string, the end of the context', async () => {
    const grammar = new ListGrammar(['a', 'b', 'c', 'd', 'e', 'f']);
    const limited = await collect(setup().engine.generate('hi', { maxTokens: 3, grammar }));
    expect([limited.text, limited.finishReason]).toEqual(['abc', 'length']);
    const stopped = await collect(setup().engine.generate('hi', { stop: 'cd', grammar }));
    expect([stopped.text, stopped.finishReason]).toEqual(['ab', 'stop']);
    const { engine } = setup({ contextLength: 8 });
    const full = await collect(engine.generate('hi', { grammar }));
    expect([full.text, full.finishReason]).toEqual(['abcde', 'context-full']);
    expect(grammar.open).toBe(0);
  });

  it('is complete within any limit that has room for it, whatever the model prefers', async () => {
    const endless = ['[', '~a', ']', '{', '}'];
    for (let maxTokens = 4; maxTokens < 12; maxTokens++)
      for (const logprobs of [undefined, 0]) {
        const { engine } = setup({
          allowed: [...new TextEncoder().encode('[]{}a')],
          logprobs: (_, token) => ({ token, logprob: 0, top: [] }),
        });
        for (let seed = 0; seed < 5; seed++) {
          const grammar = new ListGrammar(endless);
          const options = { temperature: 1, seed, maxTokens, grammar, ...(logprobs === 0 && { logprobs }) };
          const result = await collect(engine.generate('hi', options));
          expect(result.text).toMatch(/^\[a*\]\{\}$/);
          expect(result.finishReason).toBe('stop');
          expect(result.tokens.length).toBeLessThanOrEqual(maxTokens);
        }
      }
  });

  it('uses all the tokens that it may before it ends the text', async () => {
    // A sampler that wants nothing but "a" for as long as it is allowed.
    const createSampler = () => ({
      sample: (logits: Float32Array, _ids: Uint32Array, _count: number, mask?: Uint32Array) =>
        mask === undefined || ((mask[3]! >>> 1) & 1) === 1
          ? 97
          : logits.findIndex((_, id) => ((mask[id >> 5]! >>> (id % 32)) & 1) === 1),
    });
    const endless = ['[', '~a', ']', '{', '}'];
    const write = (contextLength: number, options: { maxTokens?: number } = {}) =>
      collect(
        setup({ contextLength, createSampler }).engine.generate('hi', {
          grammar: new ListGrammar(endless),
          ...options,
        }),
      );
    for (const maxTokens of [4, 5, 9, 20]) {
      const result = await write(64, { maxTokens });
      expect([result.text, result.finishReason]).toEqual([`[${'a'.repeat(maxTokens - 4)}]{}`, 'stop']);
    }
    // The end of the context is a limit too: 16 less the 3 tokens of the prompt.
    const full = await write(16);
    expect([full.text, full.finishReason]).toEqual([`[${'a'.repeat(9)}]{}`, 'stop']);
    // A limit without room for any text: straight to the end, as far as it goes.
    const cut = await write(64, { maxTokens: 3 });
    expect([cut.text, cut.finishReason]).toEqual(['[]{', 'length']);
  });

  it('says that a text that might go on ended at the limit', async () => {
    const { engine } = setup({ allowed: [97] });
    const grammar = new ListGrammar(['a', '~a'], false);
    const result = await collect(engine.generate('hi', { maxTokens: 6, grammar }));
    expect([result.text, result.finishReason]).toEqual(['aaaaaa', 'length']);
  });

  it('leaves the cache right for the next turn', async () => {
    const { engine, backend } = setup();
    const grammar = new ListGrammar(steps);
    const first = await collect(engine.generate('hi', { temperature: 1, seed: 1, grammar }));
    backend.requests.length = 0;
    const again = await collect(engine.generate(`hi${first.text}`, { maxTokens: 5 }));
    const fresh = await collect(setup().engine.generate(`hi${first.text}`, { maxTokens: 5 }));
    expect(again.text).toBe(fresh.text);
    expect(again.last.timings!.cachedTokens).toBeGreaterThan(6);
  });

  it('is given back when the generation is left, aborted or fails', async () => {
    const grammar = new ListGrammar(steps);
    const { engine } = setup();
    for await (const _ of engine.generate('hi', { grammar })) break;
    expect(grammar.open).toBe(0);
    const controller = new AbortController();
    const aborted = engine.generate('hi', { grammar, signal: controller.signal });
    await aborted.next();
    controller.abort(new Error('enough'));
    await expect(aborted.next()).rejects.toThrow('enough');
    expect(grammar.open).toBe(0);
    const failing = setup({
      onStep: () => {
        throw new Error('broken');
      },
    });
    await expect(collect(failing.engine.generate('hi', { grammar }))).rejects.toThrow('broken');
    expect(grammar.open).toBe(0);
  });

  it('cannot be combined with going on past the end', async () => {
    const { engine } = setup();
    const options = { grammar: new ListGrammar(steps), ignoreEndOfGeneration: true };
    await expect(collect(engine.generate('hi', options))).rejects.toThrow('ignoreEndOfGeneration');
  });
});
