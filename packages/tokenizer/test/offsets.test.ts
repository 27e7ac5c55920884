import { describe, expect, it } from 'vitest';
import { tokenizerFromJson } from '../src/index.ts';
import { normalizeString } from '../src/normalizer.ts';
import { unicodeForm } from '../src/unicode-form.ts';
import { fnv1a } from './random-strings.ts';
import { sentencePieceFixture, unigramJson } from './sentence-piece-fixtures.ts';
import { readJson } from './test-data.ts';

interface Offsets {
  readonly texts: readonly string[];
  readonly models: Readonly<Record<string, object>>;
  readonly variants: readonly {
    readonly name: string;
    /** `null` for that of fixtures/sentencepiece/unigram.model.br. */
    readonly normalizer: object | null;
    /** For each model one hash per text, 0 where the reference fails. */
    readonly hashes: Readonly<Record<string, string>>;
  }[];
}

const path = process.env.LLAMELLA_OFFSETS_GOLDEN ?? new URL('golden/offsets.golden.json', import.meta.url);
const golden = readJson(path) as Offsets;
const { normalizer: precompiled } = unigramJson(sentencePieceFixture('unigram')) as { normalizer: object };

// Made by tooling/reference/tokenizer_offsets_golden.py with Hugging Face's `tokenizers`.
describe('gives the ids and offsets of the reference after', () => {
  for (const { name, normalizer, hashes } of golden.variants) {
    it(name, () => {
      let compared = 0;
      for (const [model, base64] of Object.entries(hashes)) {
        const tokenizer = tokenizerFromJson({
          ...golden.models[model],
          normalizer: normalizer ?? precompiled,
        });
        const wanted = Buffer.from(base64, 'base64');
        for (const [index, text] of golden.texts.entries()) {
          const hash = wanted.readUInt32LE(4 * index);
          if (hash === 0) continue;
          const { ids, offsets } = tokenizer.encodeWithOffsets(text);
          const label = `${model} ${JSON.stringify(text)} ${ids} ${offsets}`;
          expect(fnv1a([...ids, ...offsets]), label).toBe(hash);
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(golden.texts.length);
    });
  }
});

describe('long runs of marks', () => {
  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'] as const)('become what the engine makes of them: %s', (form) => {
    const step = unicodeForm(form);
    for (const start of ['a', '', '\u304b', '\u00e9', 'x\u0323']) {
      for (const marks of [
        '\u0301\u0323',
        '\u0301\u0334\u0344\u0323\u0f73',
        '\u0345\u0301\u09be\u0323\u05b0',
        '\uff9e\u0301\u0323',
      ]) {
        const text = `${start}${marks.repeat(60)}b`;
        expect(normalizeString([step], text)).toBe(text.normalize(form));
      }
    }
  });

  it('take no more than linear time, or nearly so', () => {
    const count = 60_000;
    const normalized = normalizeString([unicodeForm('NFC')], `a${'\u0301\u0323'.repeat(count)}`);
    expect(normalized).toBe(`\u1ea1${'\u0323'.repeat(count - 1)}${'\u0301'.repeat(count)}`);
  });
});
