import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockCount, blockSize, crcOfBlock, outputsOf, textAt } from './reference-outputs.ts';
import { readJson, type referenceTokenizers } from './test-data.ts';

type Name = (typeof referenceTokenizers)[number]['name'];

interface ReadableOutputs {
  readonly ids: number[];
  readonly offsets: number[];
  readonly parsed: number[];
  readonly decoded: string;
  readonly bare: string;
}

interface Readable {
  readonly cases: readonly ({ readonly text: string } & Readonly<Record<Name, ReadableOutputs>>)[];
}

export const golden = readJson(new URL('golden/readable.golden.json', import.meta.url)) as Readable;

/** All strings where tests run unattended or by `test:fuzz`, and one block in ten at a desk. */
const every = process.env.CI || process.env.MODE === 'all' ? 1 : 10;
const count = ((blockCount / every) * blockSize).toLocaleString('en');

/**
 * Compares a tokenizer with Hugging Face's `tokenizers`, which made the golden files by
 * tooling/reference/tokenizer_golden.py.
 */
export function compareWithReference({ name, available, load }: (typeof referenceTokenizers)[number]): void {
  describe.skipIf(!available)(`${name} (needs its vocabulary: model package or shared test data)`, () => {
    const tokenizer = available ? load() : undefined;

    it('gives the ids, offsets and texts of the reference on readable cases', () => {
      for (const [index, entry] of golden.cases.entries()) {
        const text = textAt(name, index);
        const { ids, offsets, parsed, ...texts } = outputsOf(tokenizer!, name, text);
        const actual = { ids: [...ids], offsets: [...offsets], parsed: [...parsed], ...texts };
        expect(actual, text).toEqual(entry[name]);
      }
    });

    it(`gives the ids, offsets and texts of the reference on ${count} strings`, { timeout: 300_000 }, () => {
      const expected = readFileSync(new URL(`golden/${name}.blocks.bin`, import.meta.url));
      expect(expected.length).toBe(4 * blockCount);
      const wrong: number[] = [];
      for (let block = 0; block < blockCount; block += every) {
        if (crcOfBlock(tokenizer!, name, block) !== expected.readUInt32LE(4 * block)) wrong.push(block);
      }
      expect(wrong, 'numbers of the blocks that differ; show-difference.ts shows their strings').toEqual([]);
    });
  });
}
