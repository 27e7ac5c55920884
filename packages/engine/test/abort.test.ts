import { createByteTokenizer, createRandom } from '@llamella/conformance';
import { LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { collect, letters, plainGenerate, setup } from './support/setup.ts';

const ids = (text: string) => createByteTokenizer().encode(text);
const long = 'a prompt of some length, for chunks';
const endless = { ignoreEndOfGeneration: true };

describe('abort', () => {
  it('before the start', async () => {
    const { engine, backend } = setup();
    const signal = AbortSignal.abort(new Error('never mind'));
    await expect(collect(engine.generate('a', { signal }))).rejects.toBe(signal.reason);
    await expect(collect(engine.generate('a', { signal, maxTokens: 0 }))).rejects.toBe(signal.reason);
    expect(backend.requests).toEqual([]);
  });

  it('within a prefill chunk: keeps the chunks before it, and the next request goes on from there', async () => {
    const controller = new AbortController();
    const { engine, backend } = setup({
      onStep: ({ position }) => position === 16 && setImmediate(() => controller.abort('enough')),
    });
    await expect(collect(engine.generate(long, { signal: controller.signal }))).rejects.toBe('enough');
    expect(backend.requests.map(({ position }) => position)).toEqual([0, 8, 16]);
    const result = await collect(engine.generate(long, { maxTokens: 3, ...endless }));
    expect(result.last.timings!.cachedTokens).toBe(16);
    expect(result.tokens).toEqual(await plainGenerate({}, ids(long), { maxTokens: 3, ...endless }));
  });

  it('between prefill chunks, with a backend that does not look at the signal: records what was computed', async () => {
    const controller = new AbortController();
    const { engine, backend } = setup();
    const forward = backend.forward.bind(backend);
    backend.forward = async (request) => {
      const logits = await forward(request);
      if (request.position === 8) controller.abort('enough');
      return logits;
    };
    await expect(collect(engine.generate(long, { signal: controller.signal }))).rejects.toBe('enough');
    const result = await collect(engine.generate(long, { maxTokens: 1 }));
    expect(result.last.timings!.cachedTokens).toBe(16);
  });

  it('while the storage grows', async () => {
    const controller = new AbortController();
    const { engine, backend } = setup();
    const grow = backend.storage.grow.bind(backend.storage);
    backend.storage.grow = (capacity, lengths) => {
      controller.abort('enough');
      return grow(capacity, lengths);
    };
    await expect(collect(engine.generate(long, { signal: controller.signal }))).rejects.toBe('enough');
    expect(backend.requests).toEqual([]);
    expect((await collect(engine.generate(long, { maxTokens: 2, ...endless }))).tokens).toHaveLength(2);
  });

  it('between tokens, and within the step of one', async () => {
    for (const within of [false, true]) {
      const controller = new AbortController();
      const { engine } = setup({
        onStep: ({ position }) => within && position === 8 && setImmediate(() => controller.abort('enough')),
      });
      const seen: number[] = [];
      const generation = async () => {
        for await (const part of engine.generate('hello', { signal: controller.signal, ...endless })) {
          seen.push(...part.tokens);
          if (!within && seen.length === 3) controller.abort('enough');
        }
      };
      await expect(generation()).rejects.toBe('enough');
      expect(seen).toHaveLength(3);
      const prompt = Uint32Array.from([...ids('hello'), ...seen]);
      const result = await collect(engine.generate(prompt, { maxTokens: 4, ...endless }));
      expect(result.last.timings!.cachedTokens).toBe(8);
      expect(result.tokens).toEqual(await plainGenerate({}, prompt, { maxTokens: 4, ...endless }));
    }
  });

  it('reports the reason when the backend fails because it was interrupted', async () => {
    const controller = new AbortController();
    const { engine } = setup({
      onStep: () => {
        controller.abort('enough');
        throw new LlamellaError('backend', 'terminated');
      },
    });
    await expect(collect(engine.generate('a', { signal: controller.signal }))).rejects.toBe('enough');
  });

  it('after the end changes nothing', async () => {
    const controller = new AbortController();
    const { engine } = setup();
    await collect(engine.generate('a', { maxTokens: 2, signal: controller.signal }));
    controller.abort();
    expect((await collect(engine.generate('a', { maxTokens: 2 }))).parts.length).toBeGreaterThan(0);
  });

  it('anywhere leaves an engine that answers like a fresh one', async () => {
    let aborted = 0;
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      let steps = 1 + random.integer(12);
      let controller = new AbortController();
      const options = {
        slots: 1 + random.integer(2),
        prefillChunk: 1 + random.integer(9),
        allowed: letters('ab'),
        onStep: () => {
          if (--steps === 0) {
            const abort = () => controller.abort('enough');
            if (random.integer(2) === 0) abort();
            else setImmediate(abort);
          }
        },
      };
      const { engine } = setup(options);
      for (let round = 0; round < 4; round++) {
        const prompt = Uint32Array.from({ length: 1 + random.integer(40) }, () => 97 + random.integer(2));
        const generate = { maxTokens: 8, temperature: 1, seed };
        controller = new AbortController();
        steps = 1 + random.integer(12);
        await collect(engine.generate(prompt, { ...generate, signal: controller.signal })).catch((reason) => {
          expect(reason).toBe('enough');
          aborted++;
        });
        steps = Number.POSITIVE_INFINITY;
        const result = await collect(engine.generate(prompt, generate));
        expect(result.tokens).toEqual(await plainGenerate(options, prompt, generate));
      }
    }
    expect(aborted).toBeGreaterThan(50);
  });
});

describe('leaving early', () => {
  it('gives the slot back and keeps what was computed', async () => {
    const { engine } = setup();
    const seen: number[] = [];
    for await (const part of engine.generate('hello', endless)) {
      seen.push(...part.tokens);
      if (seen.length === 3) break;
    }
    const prompt = Uint32Array.from([...ids('hello'), ...seen]);
    const result = await collect(engine.generate(prompt, { maxTokens: 1 }));
    expect(result.last.timings!.cachedTokens).toBe(8);
  });

  it('gives the slot back when the reader, the backend or the sampler fails', async () => {
    let failAt = 2;
    const { engine } = setup({
      onStep: () => {
        if (--failAt === 0) throw new LlamellaError('backend', 'out of memory');
      },
    });
    await expect(collect(engine.generate('hello', endless))).rejects.toThrow('out of memory');
    const failing = async () => {
      for await (const _ of engine.generate('hello', endless)) throw new Error('reader failed');
    };
    await expect(failing()).rejects.toThrow('reader failed');
    const result = await collect(engine.generate('hello', { maxTokens: 4, ...endless }));
    expect(result.tokens).toEqual(await plainGenerate({}, ids('hello'), { maxTokens: 4, ...endless }));
  });
});
