import { describe, expect, it } from 'vitest';
import { type BreakerTokenizer, findBreakers } from '../src/decoding.ts';
import { createSampler, llamaCpp } from '../src/index.ts';

const texts = ['a', 'b', ':', ' :b', 'xa', '\n', 'é'];
const bytes = [
  ...texts.map((text) => new TextEncoder().encode(text)),
  Uint8Array.of(0x78, 0xc3),
  Uint8Array.of(0xa9),
];
/** One token per character of a text; two tokens of a part of `é`; and a control token. */
const tokenizer: BreakerTokenizer = {
  vocabularySize: 10,
  tokenBytes: (id) => bytes[id] ?? new Uint8Array(0),
  idToToken: (id) => (id === 9 ? '<:>' : texts[id]),
  encode: (text) =>
    Uint32Array.from(text, (character) => (character === '\ufffd' ? 8 : texts.indexOf(character))),
};

describe('findBreakers', () => {
  it('finds the tokens that hold a text, control tokens by their name', () => {
    expect(findBreakers([':', '\n'], tokenizer)).toEqual([[2], [3], [9], [5]]);
  });

  it('finds tokens that end with the beginning of a text, and the tokens of the rest', () => {
    expect(findBreakers(['ab'], tokenizer)).toEqual([
      [0, 1],
      [4, 1],
    ]);
    expect(findBreakers([':ba'], tokenizer)).toEqual([
      [2, 1, 0],
      [3, 0],
    ]);
  });

  it('compares bytes, so that a character may be spread over tokens', () => {
    expect(findBreakers(['é'], tokenizer)).toEqual([[6], [7, 8]]);
  });

  it('refuses an empty text; the preset of llama.cpp asks for breakers', () => {
    expect(() => findBreakers(['a', ''], tokenizer)).toThrow(/texts\[1\]: must not be empty/);
    expect(() => llamaCpp({ dryMultiplier: 1 })).toThrow(/dryBreakers: is needed with dryMultiplier/);
    expect(() => createSampler(llamaCpp({ dryMultiplier: 1, dryBreakers: [] }))).not.toThrow();
  });
});
