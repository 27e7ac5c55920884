import {
  backendCases,
  byteSourceCases,
  createByteTokenizer,
  createMemorySource,
  createReferenceSampler,
  describeBackend,
  describeByteSource,
  describeSampler,
  describeTokenizer,
  FakeBackend,
  registerCases,
  samplerCases,
  tokenizerCases,
} from '@llamella/conformance';
import type { Backend, ForwardRequest } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import type { ConformanceCase } from '../src/conformance-case.ts';

describeBackend(() => new FakeBackend({ slots: 2 }), { tolerance: 0 });
describeTokenizer(() => createByteTokenizer());
describeByteSource((bytes) => createMemorySource(bytes));
const filters = 'the reference sampler has no filters and no penalties';
describeSampler(createReferenceSampler, [
  { name: 'keeps the topK most likely tokens', reason: filters },
  { name: 'keeps the smallest set of tokens that reaches topP', reason: filters },
  { name: 'drops tokens less likely than minP times the most likely', reason: filters },
  { name: 'penalises tokens that were seen, and looks at no more than tokenCount of them', reason: filters },
]);

async function failures(cases: ConformanceCase[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of cases) {
    await (async () => run())().catch(() => names.push(name));
  }
  return names;
}

/** A fake backend whose requests are changed on their way. */
function changed(change: (request: ForwardRequest) => ForwardRequest): () => Backend {
  return () => {
    const backend = new FakeBackend({ slots: 2 });
    const forward = backend.forward.bind(backend);
    backend.forward = (request, signal) => forward(change(request), signal);
    return backend;
  };
}

describe('the suites find faults', () => {
  it('of a backend', async () => {
    const faults: Record<string, () => Backend> = {
      'ignores the slot': changed((request) => ({ ...request, slot: Math.min(0, request.slot) })),
      'ignores the position': changed((request) => ({ ...request, position: Math.min(0, request.position) })),
      'drops the first token': changed((request) => ({
        ...request,
        tokens: request.tokens.length > 1 ? request.tokens.subarray(1) : request.tokens,
      })),
      'returns every row': changed((request) => ({ ...request, logits: 'all' })),
      'loses what it holds when it grows': () => {
        const backend = new FakeBackend();
        const grow = backend.storage.grow.bind(backend.storage);
        backend.storage.grow = (capacity, lengths) =>
          grow(
            capacity,
            lengths.map(() => 0),
          );
        return backend;
      },
      'ignores an abort': () => {
        const backend = new FakeBackend();
        const forward = backend.forward.bind(backend);
        backend.forward = (request) => forward(request);
        return backend;
      },
      'works on after it was disposed': () => {
        const backend = new FakeBackend();
        backend[Symbol.asyncDispose] = async () => {};
        return backend;
      },
    };
    for (const [fault, create] of Object.entries(faults)) {
      expect(await failures(backendCases(create, { tolerance: 0 })), fault).not.toEqual([]);
    }
  });

  it('of a tokenizer', async () => {
    const good = createByteTokenizer();
    const faults = {
      'knows special tokens in every text': {
        encode: (text: string) => good.encode(text, { addSpecialTokens: false, parseSpecialTokens: true }),
      },
      'streams broken characters': {
        createDecoder: () => ({ push: (id: number) => good.decode([id]), flush: () => '' }),
      },
      'skips control tokens always': {
        decode: (ids: Iterable<number>) => good.decode(ids, { skipSpecialTokens: true }),
      },
      'has an unknown end of generation': { endOfGenerationIds: new Set([999]) },
      'has wrong bytes': { tokenBytes: (id: number) => Uint8Array.of(id ^ 1) },
    };
    for (const [fault, change] of Object.entries(faults)) {
      expect(await failures(tokenizerCases(() => ({ ...good, ...change }))), fault).not.toEqual([]);
    }
  });

  it('of a sampler', async () => {
    const skipped = await failures(samplerCases(createReferenceSampler));
    expect(skipped).toHaveLength(4);
    const faults = {
      'ignores the seed': samplerCases((options) => createReferenceSampler({ ...options, seed: 1 })),
      'ignores the temperature': samplerCases((options) =>
        createReferenceSampler({ ...options, temperature: 1 }),
      ),
      'takes the first token': samplerCases(() => ({ sample: () => 0 })),
    };
    for (const [fault, cases] of Object.entries(faults)) {
      expect((await failures(cases)).length, fault).toBeGreaterThan(4);
    }
  });

  it('of a byte source', async () => {
    const faults = {
      'hands out its own memory': (bytes: Uint8Array) => {
        const source = createMemorySource(bytes);
        const read: typeof source.read = async (offset, length, signal) => {
          await source.read(offset, length, signal);
          return bytes.subarray(offset, offset + length);
        };
        return { ...source, read };
      },
      'cuts ranges short': (bytes: Uint8Array) => ({
        ...createMemorySource(bytes),
        read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
      }),
    };
    for (const [fault, create] of Object.entries(faults)) {
      expect(await failures(byteSourceCases(create)), fault).not.toEqual([]);
    }
  });

  it('refuse to skip a case that does not exist', () => {
    expect(() => registerCases('Thing', [], [{ name: 'x', reason: 'y' }])).toThrow('no case is called "x"');
  });
});
