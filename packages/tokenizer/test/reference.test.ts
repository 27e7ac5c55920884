import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fnv1a, randomString } from './random-strings.ts';
import { readJson, realTokenizers } from './test-data.ts';

interface Readable {
  readonly seed: number;
  readonly count: number;
  readonly cases: readonly ({ readonly text: string } & Record<
    string,
    { readonly ids: number[]; readonly offsets: number[]; readonly parsed: number[] }
  >)[];
}

const golden = readJson(new URL('golden/readable.golden.json', import.meta.url)) as Readable;

/** Its vocabulary has no tokens for these bytes: the reference leaves them out too. */
const bytesThatSmollm2Lacks = [0x04, 0x06, 0x13, 0x14, 0x16, 0x1d];

it('makes the strings of the reference', () => {
  for (const [index, { text }] of golden.cases.entries()) expect(randomString(golden.seed, index)).toBe(text);
});

// Made by tooling/reference/tokenizer_golden.py with Hugging Face's `tokenizers`.
for (const { name, available, load } of realTokenizers) {
  describe.skipIf(!available)(`${name} (needs its vocabulary: model package or shared test data)`, () => {
    it('gives the ids and offsets of the reference on readable cases', () => {
      const tokenizer = load();
      for (const entry of golden.cases) {
        const { ids, offsets, parsed } = entry[name]!;
        const actual = tokenizer.encodeWithOffsets(entry.text);
        expect(Array.from(actual.ids), entry.text).toEqual(ids);
        if (offsets.length > 0) expect(Array.from(actual.offsets), entry.text).toEqual(offsets);
        expect(Array.from(tokenizer.encode(entry.text)), entry.text).toEqual(ids);
        expect(Array.from(tokenizer.encode(entry.text, { parseSpecialTokens: true }))).toEqual(parsed);
      }
    });

    it('gives the ids and offsets of the reference on 20,000 strings, and the strings back', () => {
      const tokenizer = load();
      const bytes = readFileSync(new URL(`golden/${name}.hashes.bin`, import.meta.url));
      const wrong: string[] = [];
      const missing = name === 'smollm2' ? bytesThatSmollm2Lacks : [];
      const encodable = (text: string) =>
        Array.from(text)
          .filter((character) => !Buffer.from(character).some((byte) => missing.includes(byte)))
          .join('');
      for (let index = 0; index < golden.count; index++) {
        const text = randomString(golden.seed, index);
        const { ids, offsets } = tokenizer.encodeWithOffsets(text);
        const parsed = tokenizer.encode(text, { parseSpecialTokens: true });
        const lossy = encodable(text) !== text;
        const hash = fnv1a([...ids, ...(lossy ? [] : offsets), 0xffffffff, ...parsed]);
        const bare = tokenizer.encode(text, { addSpecialTokens: false });
        const same = ids.slice(ids.length - bare.length).every((id, at) => id === bare[at]);
        if (hash !== bytes.readUInt32LE(index * 4) || !same || tokenizer.decode(bare) !== encodable(text)) {
          wrong.push(`${index}: ${JSON.stringify(text)}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
}
