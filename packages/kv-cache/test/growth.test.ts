import { MemoryStorage } from '@llamella/conformance';
import { createKvCache, type KvCacheOptions } from '@llamella/kv-cache';
import { InvalidArgumentError, type KvStorage, LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';

function make(options: Partial<KvCacheOptions> & { slots?: number; capacity?: number }) {
  const { slots = 1, capacity = 0, ...rest } = options;
  const storage = new MemoryStorage({ slots, capacity, bytesPerToken: 100 });
  return { storage, cache: createKvCache({ storage, contextLength: 1000, ...rest }) };
}

async function fill(cache: ReturnType<typeof createKvCache>, count: number) {
  const sequence = cache.acquire(new Uint32Array(1));
  for (let index = 0; index < count; index++) {
    await sequence.reserve(1);
    sequence.append(new Uint32Array(1));
  }
  return sequence;
}

describe('growth', () => {
  it('doubles from the initial capacity and stops at the context', async () => {
    const { storage, cache } = make({ initialCapacity: 64 });
    await fill(cache, 1000);
    expect(storage.growths.map(({ capacity }) => capacity)).toEqual([64, 128, 256, 512, 1000]);
    expect(storage.growths.map(({ lengths }) => lengths[0])).toEqual([0, 64, 128, 256, 512]);
  });

  it('starts at 256 positions, or the context when that is less', async () => {
    const large = make({});
    await fill(large.cache, 1);
    expect(large.storage.capacity).toBe(256);
    const small = make({ contextLength: 20 });
    await fill(small.cache, 1);
    expect(small.storage.capacity).toBe(20);
  });

  it('takes as many steps at once as a long prompt needs', async () => {
    const { storage, cache } = make({ initialCapacity: 16 });
    await cache.acquire(new Uint32Array(300)).reserve(300);
    expect(storage.growths).toEqual([{ capacity: 512, lengths: [0] }]);
  });

  it('grows to exactly what is needed with a factor of 1', async () => {
    const { storage, cache } = make({ initialCapacity: 1, growthFactor: 1 });
    await fill(cache, 3);
    expect(storage.growths.map(({ capacity }) => capacity)).toEqual([1, 2, 3]);
  });

  it('makes progress with a factor just over 1', async () => {
    const { storage, cache } = make({ initialCapacity: 1, growthFactor: 1.01 });
    await cache.acquire(new Uint32Array(900)).reserve(900);
    expect(storage.capacity).toBeGreaterThanOrEqual(900);
  });

  it('leaves storage alone that has room', async () => {
    const { storage, cache } = make({ capacity: 512 });
    await fill(cache, 512);
    expect(storage.growths).toEqual([]);
  });

  it('serves many reservations with one growth at a time', async () => {
    const { storage, cache } = make({ slots: 8, initialCapacity: 1 });
    let running = 0;
    const grow = storage.grow.bind(storage);
    storage.grow = async (capacity, lengths) => {
      expect(++running).toBe(1);
      await grow(capacity, lengths);
      running--;
    };
    const sequences = Array.from({ length: 8 }, () => cache.acquire(new Uint32Array(1)));
    await Promise.all(sequences.map((sequence, index) => sequence.reserve((index + 1) * 100)));
    for (const [index, sequence] of sequences.entries()) sequence.append(new Uint32Array((index + 1) * 100));
    expect(storage.capacity).toBe(1000);
  });

  it('survives a failed growth, and lets others try', async () => {
    const { storage, cache } = make({ slots: 2, initialCapacity: 1 });
    const grow = storage.grow.bind(storage);
    storage.grow = async (capacity, lengths) => {
      if (capacity > 100) throw new LlamellaError('backend', 'out of memory');
      await grow(capacity, lengths);
    };
    const [greedy, modest] = [cache.acquire(new Uint32Array(1)), cache.acquire(new Uint32Array(1))];
    const results = await Promise.allSettled([greedy.reserve(500), modest.reserve(50)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    modest.append(new Uint32Array(50));
    expect(() => greedy.append(new Uint32Array(500))).toThrow('0 were reserved');
  });

  it('reports storage that did not grow, instead of asking for ever', async () => {
    const storage: KvStorage = { capacity: 0, slots: 1, bytesPerToken: 1, grow: async () => {} };
    const cache = createKvCache({ storage, contextLength: 8 });
    await expect(cache.acquire(new Uint32Array(1)).reserve(1)).rejects.toThrow(
      'asked to grow to 8 positions and has 0',
    );
  });

  it('rejects a reservation whose sequence was released meanwhile', async () => {
    const { cache } = make({});
    const sequence = cache.acquire(new Uint32Array(1));
    const reservation = sequence.reserve(1);
    sequence.release();
    await expect(reservation).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('maximumBytes', () => {
  it('shortens the last step, then refuses and names the bytes', async () => {
    const { storage, cache } = make({ slots: 2, initialCapacity: 64, maximumBytes: 20_050 });
    const sequence = await fill(cache, 100);
    expect(storage.capacity).toBe(100);
    await expect(sequence.reserve(1)).rejects.toMatchObject({
      code: 'context-full',
      message: expect.stringMatching(/101 positions need a KV cache of 20200 bytes .* maximumBytes = 20050/),
    });
    expect(sequence.length).toBe(100);
    sequence.rewind(99);
    await sequence.reserve(1);
  });

  it('must allow what the storage has already', () => {
    expect(() => make({ capacity: 10, maximumBytes: 999 })).toThrow('maximumBytes: must be at least 1000');
    expect(() => make({ capacity: 10, maximumBytes: 1000 })).not.toThrow();
  });
});

describe('options', () => {
  it.each([
    [{ contextLength: 0 }, 'contextLength'],
    [{ contextLength: 1.5 }, 'contextLength'],
    [{ initialCapacity: -1 }, 'initialCapacity'],
    [{ growthFactor: 0.9 }, 'growthFactor'],
    [{ growthFactor: Number.NaN }, 'growthFactor'],
    [{ growthFactor: Number.POSITIVE_INFINITY }, 'growthFactor'],
    [{ maximumBytes: 0 }, 'maximumBytes'],
    [{ maximumBytes: Number.NaN }, 'maximumBytes'],
    [{ slots: 0 }, 'storage.slots'],
  ])('%o is refused by name', (options, argument) => {
    expect(() => make(options)).toThrow(InvalidArgumentError);
    expect(() => make(options)).toThrow(new RegExp(`^${argument.replace('.', '\\.')}: `));
  });

  it('refuses a reservation that is not a count', async () => {
    const sequence = make({}).cache.acquire(new Uint32Array(1));
    for (const count of [-1, 0.5, Number.NaN])
      await expect(sequence.reserve(count)).rejects.toThrow('count: ');
  });

  it('gives a prompt without tokens an empty sequence', () => {
    expect(make({}).cache.acquire(new Uint32Array(0)).length).toBe(0);
  });
});
