import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { llama3Pattern } from '../src/scan-llama3.ts';
import { tokenizerFromTiktoken } from '../src/tokenizer-from-tiktoken.ts';
import { translatePattern } from '../src/translate-pattern.ts';
import { randomIntegers } from './random-strings.ts';

const file = readFileSync(new URL('fixtures/small.tiktoken', import.meta.url), 'latin1');
const ranks = new Map(
  file
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [token = '', rank] = line.split(' ');
      return [atob(token), Number(rank)];
    }),
);
const expression = translatePattern(llama3Pattern);
const load = () => tokenizerFromTiktoken(file, { pattern: 'llama3', specialTokens: {} });
const below = randomIntegers(77);
const random = (length: number, characters: string) => {
  const list = [...characters];
  return Array.from({ length }, () => list[below(list.length)]).join('');
};

/** Texts without places to cut, or with as many as can be. */
const texts: Readonly<Record<string, string>> = {
  'one letter': 'a'.repeat(3001),
  'two letters': 'ab'.repeat(1500),
  'random letters': random(9001, 'etaoinshrdlucmf'),
  'random capitals': random(2000, 'ABCDEFGHIJKLMNOP'),
  'base 64': random(2500, 'ABCDEFabcdefgh0123456789+/'),
  'Chinese without spaces': random(1200, '\u65e5\u672c\u8a9e\u4e2d\u6587\u7684\u4e00\u662f'),
  'a rare character': '\u9f98'.repeat(1000),
  emoji: random(800, '\u{1f600}\u{1f44d}\u{1f3fd}\u200d\u{1f468}'),
  spaces: ' '.repeat(3000),
  'spaces before a word': `${' '.repeat(3000)}word`,
  tabs: '\t'.repeat(2000),
  newlines: '\n'.repeat(3000),
  'mixed white space': random(3000, ' \n\t\r\u00a0'),
  digits: random(3000, '0123456789'),
  apostrophes: "'".repeat(2000),
  contractions: "'s'S'll're".repeat(300),
  quotes: '"'.repeat(2000),
  'combining marks': `e${'\u0301'.repeat(1500)}`,
  symbols: random(3000, '!?-=_*/(){}'),
  'control characters': random(1500, '\0\u0001\u0007\u001b\u007f'),
};

/** The definition: cut by the pattern, then merge the pair whose bytes have the lowest rank, the leftmost of equals. */
function encodeNaively(text: string): number[] {
  return (text.match(expression) ?? []).flatMap((piece) => {
    const parts = Array.from(Buffer.from(piece), (byte) => String.fromCharCode(byte));
    const whole = ranks.get(parts.join(''));
    if (whole !== undefined) return [whole];
    const rankOf = (i: number) =>
      i + 1 < parts.length ? (ranks.get(parts[i]! + parts[i + 1]!) ?? Infinity) : Infinity;
    const pairs = parts.map((_, i) => rankOf(i));
    for (;;) {
      let best = 0;
      for (let i = 1; i < pairs.length; i++) if (pairs[i]! < pairs[best]!) best = i;
      if (pairs[best] === Infinity) return parts.map((part) => ranks.get(part)!);
      parts[best] += parts[best + 1]!;
      parts.splice(best + 1, 1);
      pairs.splice(best + 1, 1);
      pairs[best] = rankOf(best);
      if (best > 0) pairs[best - 1] = rankOf(best - 1);
    }
  });
}

describe('a text without places to cut', () => {
  const tokenizer = load();

  it.each(Object.keys(texts))('gets the ids and offsets of the definition: %s', (name) => {
    const text = texts[name]!;
    const expected = encodeNaively(text);
    expect(Array.from(tokenizer.encode(text))).toEqual(expected);
    const { ids, offsets } = tokenizer.encodeWithOffsets(text);
    expect(Array.from(ids)).toEqual(expected);
    expect(tokenizer.countTokens(text)).toBe(expected.length);
    expect(tokenizer.decode(ids)).toBe(text);
    // Offsets cover each character that a token has a byte of.
    const startOf: number[] = [];
    const endOf: number[] = [];
    let unit = 0;
    for (const character of text) {
      const next = unit + character.length;
      for (let bytes = Buffer.byteLength(character); bytes > 0; bytes--) {
        startOf.push(unit);
        endOf.push(next);
      }
      unit = next;
    }
    let byte = 0;
    for (const [i, id] of ids.entries()) {
      const last = byte + tokenizer.tokenBytes(id).length - 1;
      expect([offsets[2 * i], offsets[2 * i + 1]]).toEqual([startOf[byte], endOf[last]]);
      byte = last + 1;
    }
  });
});

describe('remembered pieces', () => {
  it('give the same ids after more pieces than are kept', () => {
    const tokenizer = load();
    const words = Array.from({ length: 50_000 }, (_, i) => ` w${i.toString(36)}q\u00e9`);
    const first = words.slice(0, 300).join('');
    const before = tokenizer.encodeWithOffsets(first);
    tokenizer.encode(words.join(''));
    expect(tokenizer.encodeWithOffsets(first)).toEqual(before);
    expect(load().encodeWithOffsets(first)).toEqual(before);
    expect(Array.from(before.ids)).toEqual(encodeNaively(first));
    expect(tokenizer.encode(words.join(''))).toEqual(load().encode(words.join('')));
  });

  it('do not mix pieces of the same length or the same beginning', () => {
    const tokenizer = load();
    for (let round = 0; round < 3000; round++) {
      const text = random(below(66), "aab' \n1\u00e9\u65e5");
      expect(Array.from(tokenizer.encode(text)), JSON.stringify(text)).toEqual(encodeNaively(text));
    }
  });
});
