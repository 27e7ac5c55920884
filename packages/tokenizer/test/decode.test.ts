import { InvalidArgumentError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { type TextTokenizer, tokenizerFromGguf } from '../src/index.ts';
import { randomIntegers, randomString } from './random-strings.ts';
import { modelSize, smallGguf } from './small-vocabulary.ts';
import { realTokenizers } from './test-data.ts';

const tokenizers = [
  { name: 'small vocabulary', available: true, load: () => tokenizerFromGguf(smallGguf()) },
  ...realTokenizers,
];

function stream(tokenizer: TextTokenizer, ids: Iterable<number>, skipSpecialTokens: boolean): string[] {
  const decoder = tokenizer.createDecoder({ skipSpecialTokens });
  return [...Array.from(ids, (id) => decoder.push(id)), decoder.flush()];
}

for (const { name, available, load } of tokenizers) {
  describe.skipIf(!available)(`decoding with ${name}`, () => {
    it('piece by piece gives the same as at once, for random ids', () => {
      const tokenizer = load();
      const below = randomIntegers(5);
      // Half of the ids are single bytes, so that characters are broken and completed often.
      const bytes = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id).filter(
        (id) => tokenizer.tokenBytes(id).length === 1,
      );
      for (let round = 0; round < 300; round++) {
        const ids = Array.from({ length: below(60) }, () =>
          below(2) === 0 ? bytes[below(bytes.length)]! : below(tokenizer.vocabularySize),
        );
        for (const skipSpecialTokens of [false, true]) {
          const whole = tokenizer.decode(ids, { skipSpecialTokens });
          expect(stream(tokenizer, ids, skipSpecialTokens).join('')).toBe(whole);
        }
        const joined = ids.flatMap((id) => Array.from(tokenizer.tokenBytes(id)));
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(joined));
        expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(text);
      }
    });

    it('never emits a part of a character', () => {
      const tokenizer = load();
      for (let index = 0; index < 300; index++) {
        const text = randomString(6, index).replaceAll(/[\p{Cc}\ufffd]/gu, '');
        const parts = stream(tokenizer, tokenizer.encode(text, { addSpecialTokens: false }), false);
        expect(parts.join('')).toBe(text);
        expect(parts.join('|')).not.toContain('\ufffd');
        expect(parts.at(-1)).toBe('');
      }
    });
  });
}

describe('decoding', () => {
  const tokenizer = tokenizerFromGguf(smallGguf());
  const byte = (value: number) => {
    for (let id = 0; id < modelSize; id++) {
      const bytes = tokenizer.tokenBytes(id);
      if (bytes.length === 1 && bytes[0] === value) return id;
    }
    throw new Error(`no token for byte ${value}`);
  };

  it('holds bytes back until a character is complete or cannot be', () => {
    const decoder = tokenizer.createDecoder();
    expect([0xf0, 0x9f, 0xa6, 0x99].map((value) => decoder.push(byte(value)))).toEqual(['', '', '', '🦙']);
    expect([0xe2, 0x82, 0x41].map((value) => decoder.push(byte(value)))).toEqual(['', '', '\ufffdA']);
    expect([0xff, 0xe2].map((value) => decoder.push(byte(value)))).toEqual(['\ufffd', '']);
    expect(decoder.flush()).toBe('\ufffd');
    expect(decoder.push(byte(0x41))).toBe('A');
    expect(decoder.flush()).toBe('');
  });

  it('refuses ids that the vocabulary does not have', () => {
    for (const id of [-1, 1.5, Number.NaN, tokenizer.vocabularySize]) {
      expect(() => tokenizer.decode([id])).toThrow(InvalidArgumentError);
      expect(() => tokenizer.createDecoder().push(id)).toThrow(InvalidArgumentError);
      expect(() => tokenizer.tokenBytes(id)).toThrow(InvalidArgumentError);
    }
  });

  it('takes any iterable', () => {
    expect(tokenizer.decode(new Set([byte(0x61), byte(0x62)]))).toBe('ab');
    expect(tokenizer.decode(Uint32Array.of(byte(0x61)))).toBe('a');
    expect(tokenizer.decode([])).toBe('');
  });
});
