import type { ForwardRequest, GraphInterface } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { HalfSession } from '../src/half-session.ts';

const graph = { vocabularySize: 4 } as GraphInterface;
const request = { slot: 0, position: 7, tokens: Uint32Array.of(1), logits: 'last' } as const;

function sessionOf(...values: number[]) {
  const requests: ForwardRequest[] = [];
  const grown: unknown[] = [];
  const session = new HalfSession({
    async run(request) {
      requests.push(request);
      return Float32Array.from(values);
    },
    grow: (...sizes) => {
      grown.push(sizes);
    },
  });
  return { session, requests, grown };
}

describe('a session in float16', () => {
  it('gives finite logits on, and grows', async () => {
    const { session, requests, grown } = sessionOf(1, -2, 0, 65504);
    expect(await session.run(request)).toEqual(Float32Array.of(1, -2, 0, 65504));
    session.grow(8, [2]);
    expect([requests, grown]).toEqual([[request], [[8, [2]]]]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses a logit of %s',
    async (value) => {
      const { session } = sessionOf(1, 2, value, 3);
      await expect(session.run(request)).rejects.toMatchObject({
        code: 'overflow',
        message: expect.stringMatching(
          new RegExp(`a logit is ${value} in the run from position 7:.*float32`),
        ),
      });
      await expect(session.tryOut(graph, 8)).rejects.toMatchObject({ code: 'overflow' });
    },
  );

  it('looks at the logits of top, and not at the bits of their ids', async () => {
    const ids = new Float32Array(Uint32Array.of(0x7fc00000, 3).buffer);
    const top = { ...request, logits: { top: 2 } };
    expect(await sessionOf(1, 2, ...ids).session.run(top)).toHaveLength(4);
    await expect(sessionOf(1, Number.NaN, ...ids).session.run(top)).rejects.toMatchObject({
      code: 'overflow',
    });
  });

  it('tries as many tokens as there are, and fit', async () => {
    for (const [vocabularySize, capacity, length] of [
      [4, 256, 4],
      [96, 256, 16],
      [96, 8, 8],
    ] as const) {
      const { session, requests } = sessionOf(1);
      await session.tryOut({ vocabularySize } as GraphInterface, capacity);
      const tokens = Uint32Array.from({ length }, (_, id) => id);
      expect(requests).toEqual([{ slot: 0, position: 0, tokens, logits: 'all' }]);
    }
  });
});
