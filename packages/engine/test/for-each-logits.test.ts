import { createRandom, FakeBackend } from '@llamella/conformance';
import { describe, expect, it } from 'vitest';
import { collect, setup } from './support/setup.ts';

const random = createRandom(5);
const tokens = Uint32Array.from({ length: 40 }, () => random.integer(258));

async function plainLogits(ids: Uint32Array): Promise<number[][]> {
  const backend = new FakeBackend({ capacity: ids.length });
  const all = await backend.forward({ slot: 0, position: 0, tokens: ids, logits: 'all' });
  return Array.from(ids, (_, row) => [...all.subarray(row * 258, (row + 1) * 258)]);
}

async function engineLogits(engine: ReturnType<typeof setup>['engine'], ids: Uint32Array, start?: number) {
  const rows: number[][] = [];
  const positions: number[] = [];
  await engine.forEachLogits(
    ids,
    (logits, position) => {
      rows.push([...logits]);
      positions.push(position);
    },
    start === undefined ? undefined : { start },
  );
  return { rows, positions };
}

describe('forEachLogits', () => {
  it.each([1, 3, 8, 100])('gives every row in order, in chunks of %i', async (prefillChunk) => {
    const { rows, positions } = await engineLogits(setup({ prefillChunk }).engine, tokens);
    expect(positions).toEqual([...tokens.keys()]);
    expect(rows).toEqual(await plainLogits(tokens));
  });

  it('begins at `start`, and takes what is before it from the cache', async () => {
    const { engine, backend } = setup();
    const expected = await plainLogits(tokens);
    expect((await engineLogits(engine, tokens, 30)).rows).toEqual(expected.slice(30));
    expect(backend.requests.map(({ logits }) => logits)).toEqual([
      'none',
      'none',
      'none',
      'none',
      'all',
      'all',
    ]);
    backend.requests.length = 0;
    expect((await engineLogits(engine, tokens, 30)).positions[0]).toBe(30);
    expect(backend.requests[0]).toMatchObject({ position: 30, logits: 'all' });
    expect((await engineLogits(engine, tokens, 39)).rows).toEqual(expected.slice(39));
    expect((await engineLogits(engine, tokens)).rows).toEqual(expected);
  });

  it('runs over a full context', async () => {
    const { positions } = await engineLogits(setup({ contextLength: 40 }).engine, tokens);
    expect(positions).toHaveLength(40);
  });

  it('keeps the logits of one step small', async () => {
    const { engine, backend } = setup({ vocabularySize: 2 ** 23, prefillChunk: 64 });
    await engine.forEachLogits(tokens.subarray(0, 3), () => {});
    expect(backend.requests.map(({ count }) => count)).toEqual([2, 1]);
  });

  it('refuses what it cannot run', async () => {
    const { engine } = setup({ contextLength: 39 });
    const run = (ids: Uint32Array, start?: number) => engineLogits(engine, ids, start);
    await expect(run(new Uint32Array(0))).rejects.toThrow(/^tokens: /);
    await expect(run(Uint32Array.of(1, 999))).rejects.toThrow('tokens: token 999 at position 1');
    await expect(run(tokens)).rejects.toMatchObject({ code: 'context-full' });
    for (const start of [-1, 3, 0.5, Number.NaN]) {
      await expect(run(tokens.subarray(0, 3), start)).rejects.toThrow(/^start: /);
    }
  });

  it('stops at an abort or a failing callback, and gives the slot back', async () => {
    const { engine } = setup();
    const controller = new AbortController();
    const seen: number[] = [];
    const aborting = engine.forEachLogits(
      tokens,
      (_, position) => {
        seen.push(position);
        if (position === 10) controller.abort('enough');
      },
      { signal: controller.signal },
    );
    await expect(aborting).rejects.toBe('enough');
    expect(seen.at(-1)).toBe(15);
    const failing = engine.forEachLogits(tokens, () => {
      throw new Error('callback failed');
    });
    await expect(failing).rejects.toThrow('callback failed');
    expect((await engineLogits(engine, tokens)).rows).toEqual(await plainLogits(tokens));
  });

  it('shares the engine with generations', async () => {
    const { engine } = setup();
    const [{ rows }, generated] = await Promise.all([
      engineLogits(engine, tokens),
      collect(engine.generate(tokens, { maxTokens: 3, ignoreEndOfGeneration: true })),
    ]);
    expect(rows).toEqual(await plainLogits(tokens));
    const best = rows.at(-1)!.indexOf(Math.max(...rows.at(-1)!));
    expect(generated.tokens[0]).toBe(best);
  });
});
