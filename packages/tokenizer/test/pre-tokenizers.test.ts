import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ggufPreTokenizer } from '../src/gguf-pre-tokenizer.ts';
import { type TextTokenizer, tokenizerFromGguf } from '../src/index.ts';
import { fuzzString } from './fuzz-strings.ts';
import { readJson } from './test-data.ts';

interface Golden {
  readonly seed: number;
  readonly block: number;
  /** Tokens that no merge makes. */
  readonly whole: string[];
  readonly bytes: { readonly single: string[]; readonly merges: string[] };
  /** CRC-32 of each block of strings, 8 hexadecimal digits each. */
  readonly names: Readonly<Record<string, string>>;
}

const golden = readJson(new URL('golden/pre-tokenizers.golden.json', import.meta.url)) as Golden;

function tokenizerFor(name: string): TextTokenizer {
  const { single, merges } = golden.bytes;
  const joined = merges.map((merge) => merge.replace(' ', ''));
  const tokens = [...new Set(['<bos>', '<eos>', ...golden.whole, ...single, ...joined])];
  return tokenizerFromGguf({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': name,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((_, id) => (id < 2 ? 3 : 1)),
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.bos_token_id': 0,
    'tokenizer.ggml.eos_token_id': 1,
  });
}

// Made by tooling/reference/tokenizer_llama_cpp_golden.py with llama.cpp.
describe('gives the ids of llama.cpp with tokenizer.ggml.pre', () => {
  for (const [name, hashes] of Object.entries(golden.names)) {
    if (!ggufPreTokenizer(name).byteLevel) continue;
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
