import { readFileSync } from 'node:fs';
import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import {
  type TextTokenizer,
  tokenizerFromGguf,
  tokenizerFromJson,
  tokenizerFromSentencePiece,
} from '../src/index.ts';
import { readGgufMetadata } from './gguf-metadata.ts';
import { fnv1a, randomIntegers, randomString } from './random-strings.ts';
import { fieldOf, ggufOf, sentencePieceFixture, textOf, unigramJson } from './sentence-piece-fixtures.ts';
import { hasSharedData, readJson, sharedFile } from './test-data.ts';

interface Golden {
  readonly seed: number;
  readonly block: number;
  readonly sentencepiece: Readonly<Record<string, readonly number[]>>;
  readonly tokenizers: Readonly<Record<string, readonly number[]>>;
  readonly 'llama.cpp': Readonly<
    Record<string, { model: string; kind: string; flags: Record<string, boolean>; hashes: readonly number[] }>
  >;
}

const golden = readJson(new URL('golden/sentencepiece.golden.json', import.meta.url)) as Golden;

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

/** Compares one hash per block of strings over what `wordsOf` gives. */
function compareBlocks(hashes: readonly number[], wordsOf: (text: string, index: number) => number[]): void {
  const wrong: number[] = [];
  for (const [block, hash] of hashes.entries()) {
    const words: number[] = [];
    for (let i = 0; i < golden.block; i++) {
      const index = block * golden.block + i;
      for (const word of wordsOf(textOf(golden.seed, index), index)) words.push(word);
      words.push(0xffffffff);
    }
    if (fnv1a(words) !== hash) wrong.push(block);
  }
  expect(wrong, 'blocks that differ').toEqual([]);
}

function streamed(tokenizer: TextTokenizer, ids: Iterable<number>): string {
  const decoder = tokenizer.createDecoder();
  let text = '';
  for (const id of ids) text += decoder.push(id);
  return text + decoder.flush();
}

describe('the ids and texts of SentencePiece', () => {
  it.each(Object.entries(golden.sentencepiece))('%s', (name, hashes) => {
    const tokenizer = tokenizerFromSentencePiece(sentencePieceFixture(name));
    compareBlocks(hashes, (text, index) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.encodeWithOffsets(text).ids).toEqual(ids);
      const below = randomIntegers(index);
      const others = Array.from({ length: 8 }, () => below(tokenizer.vocabularySize));
      const decoded = tokenizer.decode(others);
      expect(streamed(tokenizer, others)).toBe(decoded);
      return [...ids, ...unitsOf(tokenizer.decode(ids)), ...unitsOf(decoded)];
    });
  });
});

describe('the ids and offsets of tokenizers for Unigram and Precompiled', () => {
  it.each(Object.entries(golden.tokenizers))('%s', (name, hashes) => {
    const tokenizer = tokenizerFromJson(unigramJson(sentencePieceFixture(name)));
    compareBlocks(hashes, (text) => {
      const { ids, offsets } = tokenizer.encodeWithOffsets(text);
      expect(tokenizer.encode(text)).toEqual(ids);
      return [...ids, ...offsets];
    });
  });
});

describe('the ids of llama.cpp', () => {
  it.each(Object.entries(golden['llama.cpp']))('%s', (_, { model, kind, flags, hashes }) => {
    const tokenizer = tokenizerFromGguf(ggufOf(sentencePieceFixture(model), kind, flags));
    compareBlocks(hashes, (text) => [...tokenizer.encode(text)]);
  });
});

describe('a tokenizer.model', () => {
  const bytes = sentencePieceFixture('bpe-bytes');
  const tokenizer = tokenizerFromSentencePiece(bytes);

  it('gives roles, and puts them around texts when asked', () => {
    expect(tokenizer.specialTokenIds).toEqual({ bos: 1, eos: 2, unknown: 0, padding: 3 });
    expect(tokenizer.endOfGenerationIds).toEqual(new Set([2]));
    const around = tokenizerFromSentencePiece(bytes, { addBos: true, addEos: true });
    expect([...around.encode('hi')]).toEqual([1, ...tokenizer.encode('hi'), 2]);
    expect([...around.encode('hi', { addSpecialTokens: false })]).toEqual([...tokenizer.encode('hi')]);
  });

  it('takes control tokens in text for text, unless told otherwise', () => {
    expect([...tokenizer.encode('</s><unk><s>')].some((id) => id < 4)).toBe(false);
    expect(tokenizer.encode('hi</s>', { parseSpecialTokens: true }).at(-1)).toBe(2);
  });

  it('tells the bytes of tokens', () => {
    const id = (token: string) => tokenizer.tokenToId(token)!;
    expect([...tokenizer.tokenBytes(id('<0xFF>'))]).toEqual([255]);
    expect([...tokenizer.tokenBytes(id('\u2581'))]).toEqual([32]);
    expect([...tokenizer.tokenBytes(1)]).toEqual([]);
  });

  it('streams characters of several byte tokens as soon as they are complete', () => {
    const ids = [...'\u{1f999}'].flatMap((text) =>
      [...Buffer.from(text)].map((byte) => tokenizer.tokenToId(`<0x${byte.toString(16).toUpperCase()}>`)!),
    );
    const decoder = tokenizer.createDecoder();
    expect(ids.map((id) => decoder.push(id))).toEqual(['', '', '', '\u{1f999}']);
    expect(decoder.push(ids[0]!) + decoder.push(ids[1]!)).toBe('');
    expect(decoder.flush()).toBe('\ufffd\ufffd');
  });

  it.skipIf(!hasSharedData)(
    'of Llama 2 gives the ids that its GGUF gives (needs the shared test data)',
    () => {
      const model = tokenizerFromSentencePiece(readFileSync(sharedFile('tokenizers/llama2/tokenizer.model')));
      const gguf = tokenizerFromGguf(readGgufMetadata(sharedFile('gguf-vocab/ggml-vocab-llama-spm.gguf')));
      for (let index = 0; index < 2000; index++) {
        const text = randomString(31, index);
        const ids = model.encode(text);
        expect([...gguf.encode(text)], text).toEqual([1, ...ids]);
        expect(gguf.decode(ids)).toBe(text);
      }
    },
  );
});

describe('long texts without spaces', () => {
  const length = 1_000_000;
  const letters = randomIntegers(5);
  const texts = {
    'one letter': 'a'.repeat(length),
    'random letters': Array.from({ length }, () => String.fromCharCode(97 + letters(26))).join(''),
  };
  it.each(Object.entries(texts))('%s', { timeout: 60_000 }, (_, text) => {
    for (const name of ['bpe-bytes', 'unigram-bytes']) {
      const tokenizer = tokenizerFromSentencePiece(sentencePieceFixture(name));
      const { ids, offsets } = tokenizer.encodeWithOffsets(text);
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(offsets.at(-1)).toBe(length);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});

describe('a tokenizer.model that is wrong', () => {
  const good = sentencePieceFixture('unigram');

  it('is refused, wherever it is cut off', () => {
    const load = (bytes: Uint8Array) => () => tokenizerFromSentencePiece(bytes, { name: 'x.model' });
    expect(load(new Uint8Array(0))).toThrow(InvalidFileError);
    const below = randomIntegers(3);
    for (let i = 0; i < 60; i++) {
      const cut = good.slice(0, below(good.length));
      try {
        load(cut)();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidFileError);
        expect(String(error)).toContain('x.model');
      }
    }
  });

  it('does not break the reader with random bytes in it', { timeout: 60_000 }, () => {
    const below = randomIntegers(4);
    for (let i = 0; i < 60; i++) {
      const bytes = good.slice();
      for (let k = 0; k < 20; k++) bytes[below(bytes.length)] = below(256);
      try {
        tokenizerFromSentencePiece(bytes).encode('\uff21\u0301 \u2122 abc '.repeat(50));
      } catch (error) {
        const known = error instanceof InvalidFileError || error instanceof UnsupportedError;
        expect(known, String(error)).toBe(true);
      }
    }
  });

  it('names lengths beyond the end', () => {
    expect(() => tokenizerFromSentencePiece(Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff, 15, 1))).toThrow(
      /4294967295 bytes at 6 of 7/,
    );
    expect(() => tokenizerFromSentencePiece(new Uint8Array(20).fill(0xff))).toThrow(InvalidFileError);
  });

  it('names model types that are not read', () => {
    const type = (number: number) => Uint8Array.of(10, 3, 10, 1, 97, 18, 2, 24, number);
    expect(() => tokenizerFromSentencePiece(type(3))).toThrow(/model_type word/);
    expect(() => tokenizerFromSentencePiece(type(4))).toThrow(/model_type char/);
    expect(() => tokenizerFromSentencePiece(type(1))).toThrow(/UNKNOWN/);
  });

  it('is refused when the trie of its character map is larger than the map', () => {
    const json = unigramJson(good) as { normalizer: { precompiled_charsmap: string } };
    const map = fieldOf(good, 3, 2);
    for (const bytes of [map.slice(0, 3), map.slice(0, 5000), Uint8Array.of(3, 0, 0, 0, 0, 0, 0)]) {
      json.normalizer.precompiled_charsmap = Buffer.from(bytes).toString('base64');
      expect(() => tokenizerFromJson(json)).toThrow(InvalidFileError);
    }
    json.normalizer.precompiled_charsmap = '!';
    expect(() => tokenizerFromJson(json)).toThrow(/base 64/);
  });

  it('finishes with a trie that leads back to itself', () => {
    // One unit that is its own child for every byte whose label is 97.
    const map = new Uint8Array(4 + 4 * 128 + 2);
    const view = new DataView(map.buffer);
    view.setUint32(0, 4 * 128, true);
    for (let i = 0; i < 128; i++) view.setUint32(4 + 4 * i, 97 | (97 << 10), true);
    map.set([98, 0], map.length - 2);
    const json = unigramJson(good) as { normalizer: { precompiled_charsmap: string } };
    json.normalizer.precompiled_charsmap = Buffer.from(map).toString('base64');
    expect(tokenizerFromJson(json).encode('a'.repeat(10_000)).length).toBeGreaterThan(0);
  });
});

describe('GGUF metadata that is wrong', () => {
  const good = () => ggufOf(sentencePieceFixture('unigram'), 't5', {});

  it.each([
    ['scores', [1, 2]],
    ['scores', 'none'],
    ['precompiled_charsmap', [1, 2, 3]],
    ['precompiled_charsmap', ['a']],
    ['add_space_prefix', 1],
  ])('names tokenizer.ggml.%s', (key, value) => {
    const metadata = { ...good(), [`tokenizer.ggml.${key}`]: value };
    expect(() => tokenizerFromGguf(metadata)).toThrow(InvalidFileError);
    expect(() => tokenizerFromGguf(metadata)).toThrow(`tokenizer.ggml.${key}`);
  });

  it('names kinds that are not read', () => {
    expect(() => tokenizerFromGguf({ ...good(), 'tokenizer.ggml.model': 'rwkv' })).toThrow(UnsupportedError);
  });
});
