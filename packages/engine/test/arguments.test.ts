import { createByteTokenizer, createReferenceSampler, FakeBackend } from '@llamella/conformance';
import { createEngine, type EngineGenerateOptions } from '@llamella/engine';
import { createKvCache } from '@llamella/kv-cache';
import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { collect, setup } from './support/setup.ts';

describe('the prompt', () => {
  it('of no tokens is BOS', async () => {
    for (const prompt of ['', new Uint32Array(0)]) {
      const { engine, backend } = setup();
      const result = await collect(engine.generate(prompt, { maxTokens: 1 }));
      expect(result.last.timings!.promptTokens).toBe(1);
      expect(backend.requests[0]!.count).toBe(1);
      const again = await collect(setup().engine.generate(Uint32Array.of(256), { maxTokens: 1 }));
      expect(result.tokens).toEqual(again.tokens);
    }
  });

  it('of no tokens is refused where there is no BOS', async () => {
    const { engine } = setup({ tokenizer: createByteTokenizer({ bos: false }) });
    await expect(collect(engine.generate(''))).rejects.toThrow(/^prompt: has no tokens/);
    await expect(collect(engine.generate(''))).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('with an id outside the vocabulary is refused, naming the position and the id', async () => {
    const { engine, backend } = setup();
    await expect(collect(engine.generate(Uint32Array.of(1, 2, 258)))).rejects.toThrow(
      'prompt: token 258 at position 2 is not in the vocabulary of 258 tokens',
    );
    expect(backend.requests).toEqual([]);
  });

  it.each([16, 17, 1000])('of %i tokens is too long for a context of 16', async (length) => {
    const { engine, backend } = setup({ contextLength: 16 });
    await expect(collect(engine.generate(new Uint32Array(length)))).rejects.toMatchObject({
      code: 'context-full',
      message: expect.stringContaining(`has ${length} tokens and the context holds 16`),
    });
    expect(backend.requests).toEqual([]);
    expect((await collect(engine.generate('a', { maxTokens: 1 }))).parts).toHaveLength(1);
  });
});

describe('options', () => {
  it.each<[EngineGenerateOptions, string]>([
    [{ maxTokens: -1 }, 'maxTokens'],
    [{ maxTokens: 1.5 }, 'maxTokens'],
    [{ maxTokens: Number.NaN }, 'maxTokens'],
    [{ stop: '' }, 'stop'],
    [{ stop: ['a', ''] }, 'stop'],
    [{ stopTokens: [1, 258] }, 'stopTokens'],
    [{ stopTokens: [-1] }, 'stopTokens'],
    [{ logprobs: -1 }, 'logprobs'],
    [{ logprobs: 0.5 }, 'logprobs'],
    [{ logprobs: 259 }, 'logprobs'],
  ])('%o is refused by name', async (options, argument) => {
    const { engine, backend } = setup();
    const result = collect(engine.generate('a', options));
    await expect(result).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(result).rejects.toThrow(new RegExp(`^${argument}: `));
    expect(backend.requests).toEqual([]);
  });

  it('refuses `encode` with a prompt of tokens', async () => {
    const result = collect(setup().engine.generate(Uint32Array.of(1), { encode: {} }));
    await expect(result).rejects.toThrow(/^encode: /);
  });

  it('accepts an endless maxTokens', async () => {
    const result = await collect(setup().engine.generate('a', { maxTokens: Number.POSITIVE_INFINITY }));
    expect(result.parts.length).toBeGreaterThan(0);
  });
});

describe('createEngine', () => {
  const create = (slots: number, contextLength: number) => {
    const backend = new FakeBackend({ contextLength: 32, slots });
    const cache = createKvCache({ storage: new FakeBackend().storage, contextLength });
    return createEngine({
      backend,
      cache,
      tokenizer: createByteTokenizer(),
      createSampler: createReferenceSampler,
    });
  };

  it('refuses parts that do not fit together', () => {
    expect(() => create(0, 32)).toThrow(/^backend: its storage has 0 slots/);
    expect(() => create(1, 33)).toThrow(/^cache: its context of 33 tokens is longer than the backend's 32/);
    expect(() => create(1, 32)).not.toThrow();
  });
});

describe('logprobs', () => {
  const logprobs = (logits: Float32Array, token: number, topCount: number) => ({
    token,
    logprob: logits[token]!,
    top: [...logits.keys()]
      .sort((a, b) => logits[b]! - logits[a]!)
      .slice(0, topCount)
      .map((id) => ({ token: id, logprob: logits[id]! })),
  });

  it('go with each token, from logits that the sampler has not touched', async () => {
    const { engine } = setup({ logprobs });
    const result = await collect(engine.generate('hello', { maxTokens: 5, logprobs: 2 }));
    expect(result.parts.every((part) => part.logprobs?.length === part.tokens.length)).toBe(true);
    const all = result.parts.flatMap((part) => part.logprobs!);
    expect(all.map(({ token }) => token)).toEqual(result.tokens);
    for (const { token, logprob, top } of all) {
      expect(Number.isFinite(logprob)).toBe(true);
      expect(top).toHaveLength(2);
      expect(top[0]).toEqual({ token, logprob });
    }
  });

  it('leave the token out that ends the generation', async () => {
    const { engine } = setup({ logprobs, allowed: [257] });
    const result = await collect(engine.generate('hello', { logprobs: 0 }));
    expect(result.parts).toMatchObject([{ tokens: [], logprobs: [], finishReason: 'stop' }]);
  });

  it('are absent when not asked for, and refused where there is no implementation', async () => {
    const { parts } = await collect(setup({ logprobs }).engine.generate('a', { maxTokens: 3 }));
    expect(parts.some((part) => 'logprobs' in part)).toBe(false);
    await expect(collect(setup().engine.generate('a', { logprobs: 1 }))).rejects.toBeInstanceOf(
      UnsupportedError,
    );
  });
});
