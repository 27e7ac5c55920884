import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ggufPreTokenizer } from '../src/gguf-pre-tokenizer.ts';
import { type TextTokenizer, tokenizerFromGguf } from '../src/index.ts';
import { OriginalText } from '../src/source-text.ts';
import { fuzzString } from './fuzz-strings.ts';
import { readJson } from './test-data.ts';

interface Trained {
  readonly single: string[];
  readonly merges: string[];
}

interface Golden {
  readonly seed: number;
  readonly block: number;
  /** Tokens that no merge makes. */
  readonly whole: string[];
  readonly bytes: Trained;
  readonly characters: Trained;
  /** CRC-32 of each block of strings, 8 hexadecimal digits each. */
  readonly names: Readonly<Record<string, string>>;
}

const golden = readJson(new URL('golden/pre-tokenizers.golden.json', import.meta.url)) as Golden;

function tokenizerFor(name: string): TextTokenizer {
  const byteLevel = !ggufPreTokenizer(name)!.characters;
  const { single, merges } = byteLevel ? golden.bytes : golden.characters;
  const joined = merges.map((merge) => merge.replace(' ', ''));
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
  const bytes = byteLevel ? [] : Array.from({ length: 256 }, (_, byte) => `<0x${hex(byte)}>`);
  const tokens = [...new Set(['<bos>', '<eos>', ...bytes, ...golden.whole, ...single, ...joined])];
  return tokenizerFromGguf({
    'tokenizer.ggml.model': name === 'gemma4' ? name : 'gpt2',
    'tokenizer.ggml.pre': name,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((_, id) => (id < 2 ? 3 : id < 2 + bytes.length ? 6 : 1)),
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.bos_token_id': 0,
    'tokenizer.ggml.eos_token_id': 1,
  });
}

// Made by tooling/reference/tokenizer_llama_cpp_golden.py with llama.cpp.
describe('gives the ids of llama.cpp with tokenizer.ggml.pre', () => {
  for (const [name, hashes] of Object.entries(golden.names)) {
    it(name, () => {
      const tokenizer = tokenizerFor(name);
      const wrong: number[] = [];
      for (let block = 0; block * 8 < hashes.length; block++) {
        let hash = 0;
        for (let i = 0; i < golden.block; i++) {
          const ids = tokenizer.encode(fuzzString(golden.seed, block * golden.block + i));
          hash = crc32(new Uint8Array(Uint32Array.of(ids.length, ...ids).buffer), hash);
        }
        if (hash !== Number.parseInt(hashes.slice(block * 8, block * 8 + 8), 16)) wrong.push(block);
      }
      expect(wrong, 'numbers of the blocks that differ').toEqual([]);
    });
  }
});

describe('cuts hostile texts in linear time with tokenizer.ggml.pre', () => {
  // Quadratic time is longer than a test may take.
  const length = 300_000;
  const units = [' ', '\n', 'A', '1', ' \n', 'AÉ', "'s", '.a'];
  const texts = [
    ...units.map((unit) => unit.repeat(length / unit.length)),
    `${' '.repeat(length)}x`,
    `<sentinel:${'1'.repeat(length)}`,
    `${'A'.repeat(length)}É`,
  ];
  const firstOfEach = new Map(Object.entries(golden.names).map(([name, hashes]) => [hashes, name]));
  for (const name of firstOfEach.values()) {
    it(name, () => {
      const { preTokenizer } = ggufPreTokenizer(name)!;
      for (const text of texts) {
        let done = 0;
        preTokenizer(new OriginalText(text), 0, text.length, (_, from, to) => {
          if (from !== done || to <= from) throw new Error(`piece ${from} to ${to} after ${done}`);
          done = to;
          return true;
        });
        expect(done, text.slice(0, 20)).toBe(text.length);
      }
    });
  }
});

it('refuses names that llama.cpp does not know', () => {
  expect(ggufPreTokenizer('llama-9')).toBeUndefined();
});

it('takes whole pieces for tokens with glm4 and glm5, as llama.cpp does since it knows glm5', () => {
  for (const name of ['glm4', 'glm5']) {
    expect(ggufPreTokenizer(name)).toMatchObject({ ignoreMerges: true });
  }
});
