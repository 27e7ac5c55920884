import { describe, expect, it } from 'vitest';
import { tokenizerFromJson } from '../src/index.ts';
import { readJson } from './test-data.ts';

interface Variants {
  readonly model: object;
  readonly variants: readonly {
    readonly name: string;
    readonly tokenizer: object;
    readonly ignoreMerges: boolean;
    /** Text, ids, offsets, and the ids with control tokens parsed where they differ. */
    readonly cases: readonly (readonly [string, number[], number[], number[]?])[];
  }[];
}

const golden = readJson(new URL('golden/variants.golden.json', import.meta.url)) as Variants;

/** Where many characters become one, the reference names one of them and this package all. */
const wider = new Set(['nfc', 'nfkc', 'replace regex', 'chain']);

function expectWithin(inner: readonly number[], outer: Uint32Array, text: string): void {
  for (let i = 0; i < inner.length; i += 2) {
    expect(outer[i], text).toBeLessThanOrEqual(inner[i]!);
    expect(outer[i + 1], text).toBeGreaterThanOrEqual(inner[i + 1]!);
  }
}

// Made by tooling/reference/tokenizer_variants.py with Hugging Face's `tokenizers`.
describe('gives the ids and offsets of the reference with', () => {
  for (const { name, tokenizer: json, ignoreMerges, cases } of golden.variants) {
    it(name, () => {
      const tokenizer = tokenizerFromJson({
        ...json,
        model: { ...golden.model, ignore_merges: ignoreMerges },
      });
      for (const [text, ids, offsets, parsed = ids] of cases) {
        const actual = tokenizer.encodeWithOffsets(text);
        expect(Array.from(tokenizer.encode(text)), text).toEqual(ids);
        expect(Array.from(actual.ids), text).toEqual(ids);
        if (wider.has(name)) expectWithin(offsets, actual.offsets, text);
        else expect(Array.from(actual.offsets), text).toEqual(offsets);
        const options = { addSpecialTokens: false, parseSpecialTokens: true };
        expect(Array.from(tokenizer.encode(text, options)), text).toEqual(parsed);
      }
    });
  }
});
