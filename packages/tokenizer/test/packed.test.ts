import { InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { type TextTokenizer, tokenizerFromGguf, tokenizerFromJson } from '../src/index.ts';
import { packTokenizer, type TokenizerFiles, unpackTokenizer } from '../src/packed.ts';
import { readGgufMetadata } from './gguf-metadata.ts';
import { randomIntegers, randomString } from './random-strings.ts';
import { smallGguf, smallJson, smallJsonWithModel } from './small-vocabulary.ts';
import { hasSharedData, readJson, sharedFile, smollm2Path } from './test-data.ts';

const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always' };
const config = { eos_token: '<|end_of_text|>' };
const words = { '[UNK]': 0, h: 1, '##i': 2, hi: 3, '<x>': 5 };

const files: Readonly<Record<string, TokenizerFiles>> = {
  'byte-level BPE': { tokenizerJson: smallJson(), tokenizerConfig: config },
  'byte-level BPE, merges as pairs, no configuration': {
    tokenizerJson: smallJsonWithModel({
      merges: (smallJson().model as { merges: string[] }).merges.map((merge) => merge.split(' ')),
    }),
  },
  'BPE with holes in the ids': {
    tokenizerJson: smallJson({
      added_tokens: [],
      model: { type: 'BPE', vocab: { a: 3, b: 9, ab: 700, c: 0 }, merges: ['a b'] },
    }),
  },
  'BPE over characters': {
    tokenizerJson: smallJson({
      pre_tokenizer: metaspace,
      decoder: metaspace,
      model: {
        type: 'BPE',
        unk_token: '[UNK]',
        vocab: { '[UNK]': 0, '\u2581': 1, a: 2, b: 3, '\u2581a': 4, '\u2581ab': 5, think: 6 },
        merges: ['\u2581 a', '\u2581a b'],
      },
    }),
  },
  'BPE with a prefix': {
    tokenizerJson: smallJson({
      pre_tokenizer: { type: 'Whitespace' },
      decoder: null,
      model: {
        type: 'BPE',
        continuing_subword_prefix: '##',
        unk_token: '[UNK]',
        vocab: { ...words, 'h##i': 4 },
        merges: ['h ##i'],
      },
    }),
  },
  WordPiece: {
    tokenizerJson: smallJson({
      pre_tokenizer: { type: 'Whitespace' },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: { type: 'WordPiece', unk_token: '[UNK]', vocab: words },
    }),
  },
  Unigram: {
    tokenizerJson: smallJson({
      pre_tokenizer: metaspace,
      decoder: metaspace,
      model: {
        type: 'Unigram',
        unk_id: 0,
        vocab: [
          ['[UNK]', 0],
          ['\u2581', -2.5],
          ['a', -3.25],
          ['ab', -1.1],
          ['b', -1 / 3],
        ],
      },
    }),
  },
  GGUF: { metadata: smallGguf() },
  'GGUF, as a map, with bigints': {
    metadata: new Map([
      ...Object.entries(smallGguf({ 'tokenizer.ggml.bos_token_id': 3n })),
      ['general.name', 'left out'],
    ]),
  },
};

function load({ tokenizerJson, tokenizerConfig, metadata }: TokenizerFiles): TextTokenizer {
  return metadata ? tokenizerFromGguf(metadata) : tokenizerFromJson(tokenizerJson, tokenizerConfig);
}

function expectSame(actual: TextTokenizer, expected: TextTokenizer, texts: number): void {
  expect(actual.vocabularySize).toBe(expected.vocabularySize);
  expect(actual.specialTokenIds).toEqual(expected.specialTokenIds);
  expect(actual.endOfGenerationIds).toEqual(expected.endOfGenerationIds);
  const ids = Array.from({ length: expected.vocabularySize }, (_, id) => id);
  expect(ids.map((id) => actual.idToToken(id))).toEqual(ids.map((id) => expected.idToToken(id)));
  for (let index = 0; index < texts; index++) {
    const text = index === 0 ? 'hi abab ab think<|eot_id|>' : randomString(17, index);
    expect(actual.encodeWithOffsets(text)).toEqual(expected.encodeWithOffsets(text));
    const parsed = expected.encode(text, { parseSpecialTokens: true });
    expect(actual.encode(text, { parseSpecialTokens: true })).toEqual(parsed);
    expect(actual.decode(parsed)).toBe(expected.decode(parsed));
  }
}

describe('a packed tokenizer', () => {
  it.each(Object.keys(files))('is the same after unpacking: %s', (name) => {
    const packed = packTokenizer(files[name]!);
    expectSame(load(unpackTokenizer(packed)), load(files[name]!), 100);
    // At an odd place of a larger buffer.
    const moved = new Uint8Array(packed.length + 3);
    moved.set(packed, 3);
    expectSame(load(unpackTokenizer(moved.subarray(3))), load(files[name]!), 3);
  });

  it('is smaller than tokenizer.json', () => {
    expect(packTokenizer({ tokenizerJson: smallJson() }).length).toBeLessThan(
      JSON.stringify(smallJson()).length * 0.6,
    );
  });

  it.each([
    ['merges that are not in the vocabulary', { merges: ['q zz'] }],
    ['merges of another shape', { merges: [5] }],
    ['merges of three tokens', { merges: ['a b c'] }],
    ['two tokens with one id', { vocab: { a: 0, b: 0 }, merges: [] }],
    ['ids that are no integers', { vocab: { a: 'x' }, merges: [] }],
    ['ids that are too large', { vocab: { a: 2 ** 40 }, merges: [] }],
    ['no vocabulary', { vocab: null, merges: [] }],
    ['no merges', { merges: undefined }],
  ])('keeps the errors of its file: %s', (_, changes) => {
    const tokenizerJson = smallJsonWithModel(changes);
    const problem = (used: TokenizerFiles) => {
      try {
        load(used);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidFileError);
        return (error as Error).message;
      }
      return undefined;
    };
    const expected = problem({ tokenizerJson });
    expect(expected).toBeDefined();
    expect(problem(unpackTokenizer(packTokenizer({ tokenizerJson })))).toBe(expected);
  });

  it('needs something to pack', () => {
    expect(() => packTokenizer({})).toThrow(InvalidArgumentError);
    expect(() => packTokenizer({ tokenizerJson: [] })).toThrow(InvalidArgumentError);
    expect(() => packTokenizer({ tokenizerConfig: {} })).toThrow(InvalidArgumentError);
  });

  it('keeps lone surrogates and prototype keys', () => {
    const tokenizerJson = JSON.parse(
      '{"model":{"type":"BPE","vocab":{"\\ud800":0},"merges":[]},"__proto__":1}',
    );
    const unpacked = unpackTokenizer(packTokenizer({ tokenizerJson })).tokenizerJson as object;
    expect(JSON.stringify(unpacked)).toBe(JSON.stringify(tokenizerJson));
    expect(Object.getPrototypeOf(unpacked)).toBe(Object.prototype);
  });
});

describe('a damaged packed tokenizer', () => {
  const samples = ['byte-level BPE', 'Unigram', 'GGUF'].map((name) => packTokenizer(files[name]!));

  function expectRefusal(bytes: Uint8Array): void {
    expect(() => unpackTokenizer(bytes, { name: 'some.bin' })).toThrow(InvalidFileError);
  }

  it('is refused at every truncation', () => {
    const packed = samples[0]!;
    for (let length = 0; length < packed.length; length++) expectRefusal(packed.subarray(0, length));
    expectRefusal(Uint8Array.from([...packed, 0]));
    expect(() => unpackTokenizer(packed.subarray(0, 20), { name: 'some.bin' })).toThrow(
      'some.bin at byte 12',
    );
  });

  it('is refused when a bit is wrong', () => {
    for (const packed of samples) {
      for (let at = 0; at < packed.length; at += 1 + (at >> 4)) {
        const damaged = packed.slice();
        damaged[at]! ^= 1 << (at % 8);
        expectRefusal(damaged);
      }
    }
  });

  it('of another version says so', () => {
    const other = samples[0]!.slice();
    other[4] = 99;
    expect(() => unpackTokenizer(other)).toThrow('version 99, expected 1');
  });

  it('with a right checksum is refused or gives a tokenizer', () => {
    const below = randomIntegers(99);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const packed = samples[round % samples.length]!;
      const cut = round % 4 === 0 ? 16 + below(packed.length - 16) : packed.length;
      const damaged = packed.slice(0, cut);
      for (let count = below(4); count >= 0; count--) {
        const start = round % 2 === 0 ? 16 : cut - Math.min(cut - 16, 900);
        damaged[start + below(Math.max(1, cut - start))] = round % 3 === 0 ? 0xff : below(256);
      }
      sign(damaged);
      try {
        load(unpackTokenizer(damaged));
      } catch (error) {
        refused++;
        expect((error as { code?: string }).code, String(error)).toMatch(/^(invalid-file|unsupported)$/);
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('of random bytes is refused', () => {
    const below = randomIntegers(5);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: 16 + below(200) }, () => below(256));
      bytes.set([0x4c, 0x4c, 0x54, 0x4b, 1, 0, 0, 0]);
      expectRefusal(sign(bytes));
      bytes[8]! ^= 1;
      expectRefusal(bytes);
    }
  });

  /** Makes length and checksum right. */
  function sign(bytes: Uint8Array): Uint8Array {
    let hash = 0x811c9dc5;
    for (const byte of bytes.subarray(16)) hash = Math.imul(hash ^ byte, 0x01000193);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, hash >>> 0, true);
    view.setUint32(12, bytes.length - 16, true);
    return bytes;
  }
});

describe('packed real tokenizers', () => {
  it.skipIf(!hasSharedData).each(['llama3_1', 'llama2'])('%s (needs the shared test data)', (name) => {
    const folder = sharedFile(`tokenizers/${name}`);
    const tokenizerJson = readJson(`${folder}/tokenizer.json`);
    const tokenizerConfig = readJson(`${folder}/tokenizer_config.json`);
    const packed = packTokenizer({ tokenizerJson, tokenizerConfig });
    expect(packed.length).toBeLessThan(JSON.stringify(tokenizerJson).length * 0.6);
    expectSame(load(unpackTokenizer(packed)), load({ tokenizerJson, tokenizerConfig }), 300);
  });

  it.skipIf(!smollm2Path)('SmolLM2 (needs the model package)', () => {
    const metadata = readGgufMetadata(smollm2Path!);
    expectSame(load(unpackTokenizer(packTokenizer({ metadata }))), load({ metadata }), 300);
  });
});
