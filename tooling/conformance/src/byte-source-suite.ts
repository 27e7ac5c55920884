import type { ByteSource } from '@llamella/spec';
import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
import { errorCode } from './error-code.ts';
import { createRandom } from './random.ts';

/** Makes a source that holds these bytes. */
export type CreateByteSource = (bytes: Uint8Array) => ByteSource | Promise<ByteSource>;

/** Requirements on {@link ByteSource}. */
export function byteSourceCases(create: CreateByteSource): ConformanceCase[] {
  const random = createRandom(3);
  const bytes = Uint8Array.from({ length: 70_000 }, () => random.integer(256));
  const withSource = (name: string, body: (source: ByteSource) => Promise<void>) => ({
    name,
    async run() {
      const source = await create(bytes.slice());
      try {
        await body(source);
      } finally {
        await source.close?.();
      }
    },
  });
  return [
    withSource('has a name and a size', async (source) => {
      expect(source.name).not.toBe('');
      expect(source.size).toBe(bytes.length);
    }),
    withSource('reads exactly the bytes asked for', async (source) => {
      for (const [offset, length] of [
        [0, 1],
        [0, 70_000],
        [69_999, 1],
        [4095, 2],
        [12_345, 50_000],
        [70_000, 0],
        [5, 0],
      ] as const) {
        const read = await source.read(offset, length);
        expect(read).toBeInstanceOf(Uint8Array);
        expect(Buffer.compare(read, bytes.subarray(offset, offset + length))).toBe(0);
      }
    }),
    withSource('gives bytes that belong to the caller', async (source) => {
      const first = await source.read(10, 20);
      first.fill(0);
      expect(await source.read(10, 20)).toEqual(bytes.slice(10, 30));
    }),
    withSource('serves several reads at once', async (source) => {
      const offsets = Array.from({ length: 40 }, (_, index) => index * 1700);
      const reads = await Promise.all(offsets.map((offset) => source.read(offset, 1000)));
      for (const [index, offset] of offsets.entries()) {
        expect(Buffer.compare(reads[index]!, bytes.subarray(offset, offset + 1000))).toBe(0);
      }
    }),
    withSource('refuses a range outside of it', async (source) => {
      for (const [offset, length] of [
        [0, 70_001],
        [70_000, 1],
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [0, Number.NaN],
        [2 ** 53, 1],
      ] as const) {
        expect(await errorCode(() => source.read(offset, length))).toBe('invalid-argument');
      }
    }),
    withSource('rejects with the reason of an abort', async (source) => {
      const reason = new Error('enough');
      await expect(source.read(0, 10, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await source.read(0, 3)).toEqual(bytes.slice(0, 3));
    }),
    {
      name: 'can be closed twice, and fails when it is read afterwards',
      async run() {
        const source = await create(bytes.slice());
        if (!source.close) return;
        await source.close();
        await source.close();
        await expect(source.read(0, 1)).rejects.toThrow();
      },
    },
    {
      name: 'may be empty',
      async run() {
        const source = await create(new Uint8Array(0));
        expect(source.size).toBe(0);
        expect(await source.read(0, 0)).toHaveLength(0);
        expect(await errorCode(() => source.read(0, 1))).toBe('invalid-argument');
        await source.close?.();
      },
    },
  ];
}

/** Runs every requirement on {@link ByteSource} as vitest tests. */
export function describeByteSource(create: CreateByteSource, skip?: readonly SkippedCase[]): void {
  registerCases('ByteSource', byteSourceCases(create), skip);
}
