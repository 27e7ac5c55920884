import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { parseChatArguments } from '../src/chat-arguments.ts';
import { findInvalidUtf8 } from '../src/decode-utf8.ts';
import { parseNumber } from '../src/parse-number.ts';
import { parseTokenIds } from '../src/parse-token-ids.ts';
import { findSimilarCommand } from '../src/similar-command.ts';

describe('parseNumber', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    ['.5', 0.5],
    ['1e-2', 0.01],
    ['+1', 1],
  ])('accepts %s', (text, value) => {
    expect(parseNumber('--top-p', text, { min: 0, max: 1 })).toBe(value);
  });

  test.each(['', ' ', 'abc', '1x', '0x1', 'NaN', 'Infinity', '1,5', '-0.1', '1.01', '1e999', '--json'])(
    'rejects "%s" and names the option',
    (text) => {
      expect(() => parseNumber('--top-p', text, { min: 0, max: 1 })).toThrow(
        `--top-p: a number from 0 to 1 expected, got "${text}"`,
      );
    },
  );

  test('tells integers from fractions and honours open ranges', () => {
    expect(() => parseNumber('--top-k', '1.5', { integer: true, min: 0 })).toThrow(
      'an integer of at least 0',
    );
    expect(() => parseNumber('--seed', '4294967296', { integer: true, min: 0, max: 2 ** 32 - 1 })).toThrow(
      '--seed',
    );
    expect(() => parseNumber('--top-p', '0', { min: 0, max: 1, minExcluded: true })).toThrow(
      'greater than 0',
    );
  });
});

describe('parseChatArguments', () => {
  const paths = ['models/tiny', 'notes.txt'];
  const parse = (...words: string[]) => parseChatArguments(words, (path) => paths.includes(path));

  test.each([
    'smollm2',
    'hf:owner/name',
    'https://host/x',
    'http://host/x',
    'x.gguf',
    'X.GGUF',
    'models/tiny',
  ])('%s alone is a model', (word) => {
    expect(parse(word)).toEqual({ model: word });
  });

  test.each(['hello', 'what is smollm2', 'smollm2?', 'is it in http://host', 'a .gguf file', ''])(
    '"%s" alone is a message',
    (word) => {
      expect(parse(word)).toEqual({ message: word });
    },
  );

  test('two words are a model and a message; a first word that is no model is an error', () => {
    expect(parse('x.gguf', 'y.gguf')).toEqual({ model: 'x.gguf', message: 'y.gguf' });
    expect(() => parse('what', 'is')).toThrow(/"what" is neither .* quotes/);
    expect(() => parse('what', 'is', 'this')).toThrow('put the message in quotes');
    expect(parse()).toEqual({});
  });
});

test('findSimilarCommand finds one edit and not two', () => {
  const commands = ['chat', 'run', 'tokenize', 'inspect', 'bench', 'help'];
  const found = ['chta', 'chats', 'rn', 'tokenise', 'inspct'].map((word) =>
    findSimilarCommand(word, commands),
  );
  expect(found).toEqual(['chat', 'chat', 'run', 'tokenize', 'inspect']);
  for (const word of ['hello', 'hi', 'what', 'chat', ''])
    expect(findSimilarCommand(word, commands)).toBeUndefined();
});

describe('findInvalidUtf8', () => {
  test.each([
    [[0x61, 0xff], 1],
    [[0x61, 0xc3], 1],
    [[0xc0, 0x80], 0],
    [[0x61, 0xe2, 0x82, 0x61], 1],
    [[0xed, 0xa0, 0x80], 0],
    [[0xf0, 0x9f, 0x98, 0x80, 0xf4, 0x90, 0x80, 0x80], 4],
    [[0x80], 0],
    [[0xc3, 0xa9, 0x80], 2],
  ])('%j is wrong at byte %i', (bytes, offset) => {
    expect(findInvalidUtf8(Uint8Array.from(bytes))).toBe(offset);
  });

  test('agrees with the platform on two- to four-byte sequences', () => {
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    let valid = 0;
    for (let first = 0x70; first < 0x100; first++)
      for (const second of edges)
        for (const third of edges)
          for (const fourth of edges) {
            const bytes = Uint8Array.of(first, second, third, fourth);
            const isValid = findInvalidUtf8(bytes) === -1;
            if (isValid !== isUtf8(bytes)) expect.fail(`disagrees on ${bytes}`);
            if (isValid) valid++;
          }
    expect(valid).toBeGreaterThan(100);
  });
});

test('parseTokenIds reads what tokenize prints and names what is wrong', () => {
  expect([...parseTokenIds('1 2\n300,\t4', 301)]).toEqual([1, 2, 300, 4]);
  expect([...parseTokenIds('{"ids":[5,6]}\n', 10)]).toEqual([5, 6]);
  expect([...parseTokenIds('{"ids":[]}', 10)]).toEqual([]);
  expect(() => parseTokenIds('1 x', 10)).toThrow('stdin: entry 2 is "x"; token ids from 0 to 9 expected');
  expect(() => parseTokenIds('1 2 10', 10)).toThrow('entry 3 is "10"');
  expect(() => parseTokenIds('-1', 10)).toThrow('entry 1 is "-1"');
  expect(() => parseTokenIds('99999999999999999999', 10)).toThrow('entry 1');
});
