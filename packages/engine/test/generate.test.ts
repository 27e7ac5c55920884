import { createByteTokenizer, FakeBackend } from '@llamella/conformance';
import { createEngine } from '@llamella/engine';
import { createKvCache } from '@llamella/kv-cache';
import { describe, expect, it } from 'vitest';
import { collect, createSampler, letters, plainGenerate, setup } from './support/setup.ts';

const ids = (text: string) => createByteTokenizer().encode(text);

describe('generate', () => {
  it('gives the tokens of a plain loop, one part each, and their text', async () => {
    const options = { allowed: letters('abcdefgh') };
    const { engine } = setup(options);
    const result = await collect(engine.generate('hello', { maxTokens: 12 }));
    expect(result.tokens).toEqual(await plainGenerate(options, ids('hello'), { maxTokens: 12 }));
    expect(result.text).toBe(String.fromCharCode(...result.tokens));
    expect(result.parts.map((part) => part.tokens.length)).toEqual(new Array(12).fill(1));
    expect(result.parts.slice(0, -1).every((part) => !part.finishReason && !part.timings)).toBe(true);
    expect(result.finishReason).toBe('length');
  });

  it('has no text for tokens that the tokenizer does not have', async () => {
    const tokenizer = { ...createByteTokenizer(), vocabularySize: 100 };
    const { engine } = setup({ tokenizer, allowed: letters('abyz') });
    const result = await collect(
      engine.generate(new Uint32Array([1]), { maxTokens: 40, temperature: 5, seed: 1 }),
    );
    const known = result.tokens.filter((token) => token < 100);
    expect(result.text).toBe(String.fromCharCode(...known));
    expect(result.tokens).toHaveLength(40);
    expect(known.length).toBeLessThan(40);
  });

  it('runs the prompt in chunks and asks for logits once', async () => {
    const { engine, backend } = setup({ prefillChunk: 4 });
    await collect(engine.generate(ids('twelve chars').subarray(0, 12), { maxTokens: 1 }));
    expect(backend.requests).toEqual([
      { slot: 0, position: 0, count: 4, logits: 'none' },
      { slot: 0, position: 4, count: 4, logits: 'none' },
      { slot: 0, position: 8, count: 4, logits: 'last' },
    ]);
  });

  it.each([1, 2, 3, 5, 8, 13, 64, 0, Number.NaN])(
    'does not depend on the chunk size: %s',
    async (prefillChunk) => {
      const prompt = ids('The same prompt in chunks of any size');
      const { engine } = setup({ prefillChunk });
      const result = await collect(engine.generate(prompt, { maxTokens: 8, temperature: 1, seed: 3 }));
      expect(result.tokens).toEqual(
        await plainGenerate({}, prompt, { maxTokens: 8, temperature: 1, seed: 3 }),
      );
    },
  );

  it('makes room for the whole prompt with one growth', async () => {
    const { engine, backend } = setup({ prefillChunk: 4, cache: { initialCapacity: 2 } });
    await collect(engine.generate(new Uint32Array(33), { maxTokens: 1 }));
    expect(backend.storage.growths).toEqual([{ capacity: 64, lengths: [0] }]);
  });

  it('does nothing before the first part is asked for', async () => {
    const { engine, backend } = setup();
    engine.generate('never read');
    await engine.generate('never read').return();
    await collect(engine.generate('read', { maxTokens: 1 }));
    expect(backend.requests).toHaveLength(1);
  });

  it('passes the sampling options on, and nothing else', async () => {
    const seen: unknown[] = [];
    const backend = new FakeBackend();
    const engine = createEngine({
      backend,
      tokenizer: createByteTokenizer(),
      cache: createKvCache({ storage: backend.storage, contextLength: 64 }),
      createSampler: (options) => {
        seen.push(options);
        return createSampler(options);
      },
    });
    const sampling = { temperature: 0.5, topK: 3, topP: 0.9, minP: 0.1, seed: 7, penaltyWindow: -1 };
    const { signal } = new AbortController();
    const rest = {
      maxTokens: 1,
      stop: 'x',
      stopTokens: [1],
      ignoreEndOfGeneration: true,
      encode: {},
      decode: {},
    };
    await collect(engine.generate('a', { ...sampling, ...rest, signal }));
    const own = { ...sampling, endTokens: [3] };
    await collect(engine.generate('a', { ...own, ...rest, signal }));
    // The tokens that end a text come along: the steps on lengths need them.
    expect(seen).toEqual([{ ...sampling, endTokens: [257] }, own]);
  });

  it('shows the sampler the prompt and what was generated', async () => {
    const seen: number[][] = [];
    const backend = new FakeBackend({ contextLength: 512, prefillChunk: 64 });
    const engine = createEngine({
      backend,
      tokenizer: createByteTokenizer(),
      cache: createKvCache({ storage: backend.storage, contextLength: 512 }),
      createSampler: () => ({
        sample(_, tokens, tokenCount) {
          seen.push([...tokens.subarray(0, tokenCount)]);
          return tokenCount % 200;
        },
      }),
    });
    const prompt = ids('ab');
    const { tokens } = await collect(engine.generate(prompt, { maxTokens: 300 }));
    expect(seen).toEqual(tokens.map((_, index) => [...prompt, ...tokens.slice(0, index)]));
  });

  it('takes a copy of the prompt', async () => {
    const prompt = ids('changed after the call');
    const expected = await plainGenerate({}, prompt, { maxTokens: 5 });
    const parts = setup().engine.generate(prompt, { maxTokens: 5 });
    const first = await parts.next();
    prompt.fill(0);
    expect([...first.value!.tokens, ...(await collect(parts)).tokens]).toEqual(expected);
  });

  it('reports times and counts in the last part', async () => {
    const { engine } = setup();
    await collect(engine.generate('warm', { maxTokens: 2, ignoreEndOfGeneration: true }));
    const options = { maxTokens: 5, ignoreEndOfGeneration: true };
    const { timings } = (await collect(engine.generate('warm up', options))).last;
    expect(timings).toMatchObject({ promptTokens: 8, cachedTokens: 5, generatedTokens: 5 });
    expect(timings!.promptMs).toBeGreaterThan(0);
    expect(timings!.firstTokenMs).toBeGreaterThanOrEqual(timings!.promptMs);
    expect(timings!.generateMs).toBeGreaterThan(0);
  });

  it('counts the time spent waiting for a slot before the first token, not for the prompt', async () => {
    const { engine } = setup();
    const first = engine.generate('a', { maxTokens: 3, ignoreEndOfGeneration: true });
    await first.next();
    const second = collect(engine.generate('b', { maxTokens: 1, ignoreEndOfGeneration: true }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await first.return();
    const { timings } = (await second).last;
    expect(timings!.firstTokenMs).toBeGreaterThan(50);
    expect(timings!.promptMs).toBeLessThan(timings!.firstTokenMs - 30);
  });

  it('writes characters whole, and an incomplete one as U+FFFD at the end', async () => {
    const bytes = letters('é€😀€');
    const make = () => {
      const backend = new FakeBackend();
      return createEngine({
        backend,
        tokenizer: createByteTokenizer(),
        cache: createKvCache({ storage: backend.storage, contextLength: 64 }),
        createSampler: () => ({ sample: (_, __, tokenCount) => bytes[tokenCount - 1]! }),
      });
    };
    const whole = await collect(make().generate('', { maxTokens: bytes.length }));
    expect(whole.parts.map((part) => part.text)).toEqual([
      '',
      'é',
      '',
      '',
      '€',
      '',
      '',
      '',
      '😀',
      '',
      '',
      '€',
    ]);
    const cut = await collect(make().generate('', { maxTokens: bytes.length - 1 }));
    expect(cut.text).toBe('é€😀\ufffd');
  });

  it('leaves control tokens out of the text unless told otherwise', async () => {
    const make = () => setup({ allowed: [256] }).engine;
    expect((await collect(make().generate('a', { maxTokens: 2 }))).text).toBe('');
    const decode = { skipSpecialTokens: false };
    expect((await collect(make().generate('a', { maxTokens: 2, decode }))).text).toBe('<s><s>');
  });

  it('encodes as told', async () => {
    const { engine, backend } = setup();
    const encode = { addSpecialTokens: false, parseSpecialTokens: true };
    await collect(engine.generate('<s>ab', { maxTokens: 1, encode }));
    expect(backend.requests[0]!.count).toBe(3);
  });
});
