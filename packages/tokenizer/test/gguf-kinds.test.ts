import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tokenizerFromGguf as byteLevelFromGguf } from '../src/byte-level.ts';
import { tokenizerFromGguf } from '../src/index.ts';
import { fuzzString } from './fuzz-strings.ts';
import { smallGguf } from './small-vocabulary.ts';
import { readJson } from './test-data.ts';

interface Golden {
  readonly seed: number;
  readonly block: number;
  readonly whole: string[];
  readonly characters: { readonly single: string[]; readonly merges: string[] };
  readonly names: Readonly<Record<string, string>>;
}

const golden = readJson(new URL('golden/pre-tokenizers.golden.json', import.meta.url)) as Golden;

function characterMetadata(pre: string): Record<string, unknown> {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const { single, merges } = golden.characters;
  const joined = merges.map((merge) => merge.replace(' ', ''));
  const tokens = [...new Set(['<bos>', '<eos>', ...bytes, ...golden.whole, ...single, ...joined])];
  return {
    'tokenizer.ggml.model': pre === 'gemma4' ? 'gemma4' : 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((token, id) => (id < 2 ? 3 : /^<0x..>$/.test(token) ? 6 : 1)),
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.bos_token_id': 0,
    'tokenizer.ggml.eos_token_id': 1,
  };
}

// Made by tooling/reference/tokenizer_llama_cpp_golden.py with llama.cpp.
describe('byte-pair encoding over characters gives the ids of llama.cpp', () => {
  it.each(['gemma4', 'granite-embed-multi-311m', 'sarvam-moe'])('%s', (name) => {
    const tokenizer = tokenizerFromGguf(characterMetadata(name));
    const hashes = golden.names[name]!;
    const wrong: number[] = [];
    for (let block = 0; block * 8 < hashes.length; block++) {
      let hash = 0;
      for (let i = 0; i < golden.block; i++) {
        const text = fuzzString(golden.seed, block * golden.block + i);
        const ids = tokenizer.encode(text);
        hash = crc32(new Uint8Array(Uint32Array.of(ids.length, ...ids).buffer), hash);
        // As in llama.cpp, merges that spell the token of a byte make that token.
        if (text.includes('<0x')) continue;
        const bare = tokenizer.encode(text, { addSpecialTokens: false });
        expect(tokenizer.decode(bare)).toBe(text.toWellFormed().replaceAll('\u2581', ' '));
      }
      if (hash !== Number.parseInt(hashes.slice(block * 8, block * 8 + 8), 16)) wrong.push(block);
    }
    expect(wrong, 'numbers of the blocks that differ').toEqual([]);
  });

  it('is not a part of the small entry point', () => {
    expect(() => byteLevelFromGguf(characterMetadata('sarvam-moe'))).toThrow(/import @llamella\/tokenizer/);
    expect(() => byteLevelFromGguf(characterMetadata('gemma4'))).toThrow(/import @llamella\/tokenizer/);
  });
});

describe('the small entry point', () => {
  it.each(['llama-bpe', 'dbrx', 'glm4', 'gpt-2', 'smollm', 'qwen2'])(
    'encodes %s as the full one does',
    (pre) => {
      const metadata = smallGguf({ 'tokenizer.ggml.pre': pre });
      for (const text of ["It's 12345 o'clock.\n\n  I\u2019LL \u00e9t\u00e9", "x'\u017f 1 \u4e00\u{1f600}"])
        expect(byteLevelFromGguf(metadata).encode(text)).toEqual(tokenizerFromGguf(metadata).encode(text));
    },
  );

  it('names what it does not know', () => {
    expect(() => byteLevelFromGguf(smallGguf({ 'tokenizer.ggml.pre': 'tekken' }))).toThrow(
      /tokenizer\.ggml\.pre "tekken" is not supported: import @llamella\/tokenizer/,
    );
  });
});

describe('WordPiece gives the ids of llama.cpp', () => {
  const tokens = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '\u2581hello',
    '\u2581wor',
    'ld',
    '\u2581\u1100',
    '\u1102',
    '\u2581,',
    '\u2581Hello',
    '\u2581\u00e9',
    '\u2581\u65e5',
    '\u2581e',
    '\u2581a',
    'b',
  ];
  const metadata = {
    'tokenizer.ggml.model': 'bert',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((_, id) => (id < 4 ? 3 : 1)),
    'tokenizer.ggml.bos_token_id': 2,
    'tokenizer.ggml.seperator_token_id': 3,
    'tokenizer.ggml.unknown_token_id': 1,
  };
  const tokenizer = tokenizerFromGguf(metadata);

  // By libllama of npm @node-llama-cpp/linux-x64@3.22.1.
  it.each([
    ['Hello, w\u00f6rld', [2, 4, 9, 5, 6, 3]],
    ['\uac00\ub098', [2, 7, 8, 3]],
    ['\u65e5\u65e5', [2, 12, 12, 3]],
    ['e\u0301 \u00c9', [2, 13, 13, 3]],
    ['A\u200bB\u00ad', [2, 14, 15, 3]],
    ['worlds [SEP]', [2, 1, 1, 1, 1, 3]],
    ['', [2, 3]],
  ])('%j', (text, ids) => {
    expect([...tokenizer.encode(text)]).toEqual(ids);
  });

  it('parses control tokens when told to, and keeps case when the file does', () => {
    expect([...tokenizer.encode('worlds [SEP]', { parseSpecialTokens: true })]).toEqual([2, 1, 3, 3]);
    const cased = tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.normalizer.lowercase': false });
    expect([...cased.encode('Hello \u00e9')]).toEqual([2, 10, 11, 3]);
  });

  it('tells where words are, and what they say', () => {
    const { ids, offsets } = tokenizer.encodeWithOffsets('Hello, w\u00f6rld', { addSpecialTokens: false });
    expect([...offsets]).toEqual([0, 5, 5, 6, 7, 10, 10, 12]);
    expect(tokenizer.decode(ids)).toBe('hello , world');
  });
});
