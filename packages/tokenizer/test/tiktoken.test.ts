import { readFileSync } from 'node:fs';
import { InvalidArgumentError, InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { tokenizerFromTiktoken } from '../src/tokenizer-from-tiktoken.ts';
import { fnv1a, randomIntegers, randomString } from './random-strings.ts';
import { hasSharedData, loadShared, readJson, sharedFile } from './test-data.ts';

interface Golden {
  readonly seed: number;
  readonly count: number;
  readonly items: readonly string[];
  readonly specialTokens: Readonly<Record<string, number>>;
  readonly customPattern: string;
}

const golden = readJson(new URL('golden/tiktoken.golden.json', import.meta.url)) as Golden;
const bytes = readFileSync(new URL('fixtures/small.tiktoken', import.meta.url));
const ranks = bytes.toString('latin1');
const { specialTokens, seed } = golden;

function classString(index: number): string {
  const below = randomIntegers(seed + Math.imul(index, 0x9e3779b9));
  let text = '';
  for (let parts = below(24); parts > 0; parts--) text += golden.items[below(golden.items.length)];
  return text;
}

describe('tokenizerFromTiktoken', () => {
  // Made by tooling/reference/tokenizer_tiktoken_golden.py.
  it('gives the ids of the reference on 6,000 strings, by five patterns', () => {
    const patterns = ['r50k_base', 'cl100k_base', 'o200k_base', 'llama3', golden.customPattern];
    const tokenizers = patterns.map((pattern) => tokenizerFromTiktoken(bytes, { pattern, specialTokens }));
    const expected = readFileSync(new URL('golden/tiktoken.hashes.bin', import.meta.url));
    const wrong: string[] = [];
    for (let at = 0; at < 2 * golden.count; at++) {
      const text = at < golden.count ? randomString(seed, at) : classString(at - golden.count);
      const words: number[] = [];
      for (const tokenizer of tokenizers) {
        words.push(...tokenizer.encode(text), 0xffffffff);
        words.push(...tokenizer.encode(text, { parseSpecialTokens: true }), 0xffffffff);
      }
      if (fnv1a(words) !== expected.readUInt32LE(4 * at)) wrong.push(`${at}: ${JSON.stringify(text)}`);
      expect(tokenizers[1]!.decode(tokenizers[1]!.encode(text))).toBe(text);
    }
    expect(wrong).toEqual([]);
  });

  it('takes text or bytes, lines ended either way, and any order', () => {
    const text = "the HTTP's \u65e5\u672c";
    const ids = tokenizerFromTiktoken(bytes, { pattern: 'cl100k_base' }).encode(text);
    const lines = ranks.trimEnd().split('\n');
    for (const other of [ranks, ranks.trimEnd(), lines.join('\r\n'), lines.toReversed().join('\n')]) {
      expect(tokenizerFromTiktoken(other, { pattern: 'cl100k_base' }).encode(text)).toEqual(ids);
    }
  });

  it('knows the special tokens of an encoding by its name', () => {
    const llama3 = tokenizerFromTiktoken(bytes, { pattern: 'llama3' });
    expect(llama3.vocabularySize).toBe(1600 + 256);
    expect(llama3.specialTokenIds).toEqual({ bos: 1600, eos: 1601 });
    expect(llama3.endOfGenerationIds).toEqual(new Set([1601, 1608, 1609]));
    expect(llama3.idToToken(1855)).toBe('<|reserved_special_token_245|>');
    expect(Array.from(llama3.encode('<|eot_id|>', { parseSpecialTokens: true }))).toEqual([1600, 1609]);
    expect(llama3.encode('<|eot_id|>').length).toBeGreaterThan(2);

    const base = tokenizerFromTiktoken(bytes, { pattern: 'cl100k_base' });
    expect(base.specialTokenIds).toEqual({ eos: 100257 });
    expect(base.tokenToId('<|endofprompt|>')).toBe(100276);

    const harmony = tokenizerFromTiktoken(bytes, { pattern: 'o200k_harmony' });
    expect(harmony.vocabularySize).toBe(201088);
    expect(harmony.specialTokenIds).toEqual({ eos: 200002 });
    const names = ['startoftext', 'return', 'constrain', 'channel', 'start', 'end', 'message', 'call'];
    expect(names.map((name) => harmony.tokenToId(`<|${name}|>`))).toEqual([
      199998, 200002, 200003, 200005, 200006, 200007, 200008, 200012,
    ]);
    expect(harmony.tokenToId('<|reserved_200000|>')).toBe(200000);
    expect(harmony.tokenToId('<|reserved_201087|>')).toBe(201087);
  });

  it('adds the BOS that is asked for', () => {
    const tokenizer = tokenizerFromTiktoken(bytes, {
      pattern: 'o200k_base',
      specialTokens: { '<s>': 2000, '</s>': 2001 },
      bos: '<s>',
      eos: '</s>',
    });
    expect(tokenizer.specialTokenIds).toEqual({ bos: 2000, eos: 2001 });
    expect(tokenizer.encode('').join()).toBe('2000');
    expect(tokenizer.tokenBytes(tokenizer.tokenToId('a')!)).toEqual(Uint8Array.of(97));
  });

  it.each([
    ['!', 'line 1'],
    ['IQ== ', 'line 1'],
    ['IQ== 1x', 'line 1'],
    ['IQ= 1', 'line 1'],
    ['IQ== -1', 'line 1'],
    ['IQ== 3 4', 'line 1'],
    ['IQ== 0\n\nIg== 0', 'line 3: rank 0 is given twice'],
    ['IQ== 2097152', 'rank 2097152'],
    ['IQ== 99999999999999999999999', 'rank'],
    [`${'AAAA'.repeat(1000)} 0`, 'more than'],
    ['IQ== 0', 'no token for byte'],
    ['IQ== 0\nIQ== 1', 'two ids'],
    ['', 'no token for byte'],
  ])('refuses the ranks %j', (text, problem) => {
    const load = () => tokenizerFromTiktoken(text, { pattern: 'cl100k_base', name: 'some.tiktoken' });
    expect(load).toThrow(InvalidFileError);
    expect(load).toThrow(problem);
    expect(load).toThrow('some.tiktoken');
  });

  it('refuses options that it cannot honour', () => {
    const load = (options: object) => () => tokenizerFromTiktoken(bytes, { pattern: 'llama3', ...options });
    expect(load({ specialTokens: { '<s>': 3 } })).toThrow(InvalidArgumentError);
    expect(load({ specialTokens: { '<s>': -1 } })).toThrow(InvalidArgumentError);
    expect(load({ specialTokens: { '': 3000 } })).toThrow(InvalidArgumentError);
    expect(load({ bos: '<nothing>' })).toThrow(InvalidArgumentError);
    expect(load({ pattern: 'a{1,2}+' })).toThrow(UnsupportedError);
    expect(load({ pattern: '(?m)a$' })).toThrow(UnsupportedError);
    expect(load({ pattern: '(' })).toThrow(UnsupportedError);
  });

  it.skipIf(!hasSharedData)('reads ranks as its tokenizer.json (needs the shared test data)', () => {
    const json = loadShared('llama3_1');
    const { model } = readJson(sharedFile('tokenizers/llama3_1/tokenizer.json')) as {
      model: { vocab: Record<string, number> };
    };
    const lines = Object.values(model.vocab).map(
      (id) => `${Buffer.from(json.tokenBytes(id)).toString('base64')} ${id}`,
    );
    const tokenizer = tokenizerFromTiktoken(lines.join('\n'), { pattern: 'llama3' });
    for (let index = 0; index < 2000; index++) {
      const text = index % 2 ? randomString(seed, index) : classString(index);
      expect(tokenizer.encodeWithOffsets(text).ids).toEqual(json.encodeWithOffsets(text).ids);
    }
  });
});
