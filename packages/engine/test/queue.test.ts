import { createByteTokenizer, createRandom } from '@llamella/conformance';
import { describe, expect, it } from 'vitest';
import { collect, plainGenerate, setup } from './support/setup.ts';

const endless = { ignoreEndOfGeneration: true };

describe('several generations at once', () => {
  it('wait for a slot in the order in which they came', async () => {
    const { engine } = setup();
    const order: string[] = [];
    const run = async (name: string) => {
      await collect(engine.generate(name, { maxTokens: 3, ...endless }));
      order.push(name);
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(run));
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('can be aborted while they wait, without touching the others', async () => {
    const { engine, backend } = setup();
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const results = controllers.map(({ signal }, index) =>
      collect(engine.generate(`prompt ${index}`, { maxTokens: 2, signal, ...endless })),
    );
    await new Promise(setImmediate);
    controllers[1]!.abort('first');
    controllers[3]!.abort('third');
    const settled = await Promise.allSettled(results);
    expect(settled.map((each) => (each.status === 'rejected' ? each.reason : 'done'))).toEqual([
      'done',
      'first',
      'done',
      'third',
      'done',
    ]);
    expect(backend.requests.filter(({ logits }) => logits === 'last')).toHaveLength(6);
    controllers[0]!.abort();
    expect((await collect(engine.generate('after', { maxTokens: 1, ...endless }))).tokens).toHaveLength(1);
  });

  it('take turns when there are slots for them, also while one reads a long prompt', async () => {
    const { engine, backend } = setup({ slots: 2, contextLength: 256, prefillChunk: 8 });
    const prompts = [new Uint32Array(160), new Uint32Array(3)];
    await Promise.all(
      prompts.map((prompt) => collect(engine.generate(prompt, { maxTokens: 12, ...endless }))),
    );
    const slots = backend.requests.map(({ slot }) => slot);
    expect(slots.slice(0, 24).filter((slot) => slot === 1)).toHaveLength(12);
    expect(slots.slice(0, 24).filter((slot) => slot === 0)).toHaveLength(12);
  });

  it('never run two steps, or a step and a growth, at the same time', async () => {
    const { engine, backend } = setup({
      slots: 3,
      contextLength: 200,
      cache: { initialCapacity: 1, growthFactor: 1.1 },
    });
    let running = 0;
    const alone = async <Result>(action: () => Promise<Result>) => {
      expect(++running).toBe(1);
      try {
        return await action();
      } finally {
        running--;
      }
    };
    const [forward, grow] = [backend.forward.bind(backend), backend.storage.grow.bind(backend.storage)];
    backend.forward = (request, signal) => alone(() => forward(request, signal));
    backend.storage.grow = (capacity, lengths) => alone(() => grow(capacity, lengths));
    const prompts = [5, 50, 20, 90].map((length) => new Uint32Array(length).fill(length));
    await Promise.all(
      prompts.map((prompt) => collect(engine.generate(prompt, { maxTokens: 20, ...endless }))),
    );
    expect(backend.storage.growths.length).toBeGreaterThan(5);
  });

  it.each([1, 2, 3])('give what each gives alone, over random requests, %i slots', async (slots) => {
    for (let seed = 0; seed < 12; seed++) {
      const random = createRandom(seed * 13 + slots);
      const options = { slots, prefillChunk: 1 + random.integer(8), contextLength: 48 };
      const { engine } = setup(options);
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const prompt = Uint32Array.from({ length: 1 + random.integer(40) }, () => random.integer(2));
          const generate = { maxTokens: 1 + random.integer(9), temperature: 1, seed: random.integer(99) };
          const controller = new AbortController();
          const abortAt = random.integer(12);
          const expected = await plainGenerate(options, prompt, generate);
          const seen: number[] = [];
          try {
            for await (const part of engine.generate(prompt, { ...generate, signal: controller.signal })) {
              seen.push(...part.tokens);
              if (seen.length === abortAt) controller.abort('enough');
            }
            expect(seen).toEqual(expected);
          } catch (reason) {
            if (reason !== 'enough') throw reason;
            expect(seen).toEqual(expected.slice(0, abortAt));
          }
        }),
      );
    }
  });

  it('says `busy` when somebody else holds the slots of the cache', async () => {
    const { engine, cache } = setup();
    const sequence = cache.acquire(createByteTokenizer().encode('held'));
    await expect(collect(engine.generate('a'))).rejects.toMatchObject({ code: 'busy' });
    sequence.release();
    expect((await collect(engine.generate('a', { maxTokens: 1, ...endless }))).tokens).toHaveLength(1);
  });
});
