import { InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import {
  batchOptionsFromJson,
  encodeBatch,
  type TextTokenizer,
  tokenizerFromGguf,
  tokenizerFromJson,
} from '../src/index.ts';
import { randomIntegers } from './random-strings.ts';
import { modelSize, smallGguf, smallJson } from './small-vocabulary.ts';
import { readJson } from './test-data.ts';

const { models } = readJson(new URL('golden/parts.golden.json', import.meta.url)) as {
  readonly models: Readonly<Record<string, { readonly vocab: Readonly<Record<string, number>> }>>;
};
const special = ['[UNK]', '[CLS]', '[SEP]', '[PAD]', '<|end|>'];
const added_tokens = special.map((content, id) => ({ id, content, special: true, normalized: false }));
const words = { type: 'WhitespaceSplit' };
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };

function load(model: string, parts: object = {}, config?: object): TextTokenizer {
  return tokenizerFromJson({ added_tokens, model: models[model], pre_tokenizer: words, ...parts }, config);
}

function bytesOf(tokenizer: TextTokenizer, token: string): string {
  return new TextDecoder().decode(tokenizer.tokenBytes(tokenizer.tokenToId(token)!));
}

describe('control tokens', () => {
  const text = '<|start|>a<|eot_id|><think>';

  it('can be allowed by name', () => {
    const tokenizer = tokenizerFromGguf(smallGguf());
    const found = (parseSpecialTokens: boolean | readonly string[]) =>
      Array.from(tokenizer.encode(text, { parseSpecialTokens, addSpecialTokens: false })).filter(
        (id) => id >= modelSize,
      );
    const [start, end, think] = ['<|start|>', '<|eot_id|>', '<think>'].map((token) =>
      tokenizer.tokenToId(token),
    );
    expect(found(true)).toEqual([start, end, think]);
    expect(found(false)).toEqual([think]);
    expect(found([])).toEqual([think]);
    expect(found(['<|eot_id|>', 'nonsense'])).toEqual([end, think]);
  });

  it('do not come from looking up words', () => {
    const tokenizer = load('words');
    expect(Array.from(tokenizer.encode('[SEP] [UNK]'))).toEqual([0, 0]);
    expect(Array.from(tokenizer.encode('[SEP] [UNK]', { parseSpecialTokens: true }))).toEqual([2, 0]);
  });
});

describe('tokenizer_config.json', () => {
  const template = (id: number) => ({
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: 'x', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      special_tokens: { x: { ids: [id] } },
    },
  });
  const ids = (parts: Readonly<Record<string, unknown>>, config?: object) =>
    Array.from(tokenizerFromJson(smallJson(parts), config).encode('a')).map((id) => id - modelSize);
  const a = tokenizerFromJson(smallJson()).tokenToId('a')! - modelSize;
  const tokens = { bos_token: '<|start|>', eos_token: '<|end_of_text|>' };

  it('puts BOS and EOS around texts where there is no template', () => {
    expect(ids({}, { ...tokens, add_bos_token: true, add_eos_token: true })).toEqual([0, a, 1]);
    expect(ids({}, { ...tokens, add_bos_token: false })).toEqual([a]);
    expect(ids(template(modelSize + 2), { ...tokens, add_bos_token: true })).toEqual([2, a]);
    expect(ids(template(modelSize + 2), { ...tokens, add_bos_token: false })).toEqual([2, a]);
  });

  it('makes tokens control tokens by naming them', () => {
    const config = {
      eos_token: { content: 'the' },
      additional_special_tokens: ['<think>'],
      mask_token: 'nonsense',
    };
    const tokenizer = tokenizerFromJson(smallJson(), config);
    const the = tokenizer.tokenToId('the')!;
    const think = tokenizer.tokenToId('<think>')!;
    expect([...tokenizer.endOfGenerationIds]).toContain(the);
    expect(Array.from(tokenizer.encode('the<think>', { parseSpecialTokens: true }))).toEqual([the, think]);
    expect(Array.from(tokenizer.encode('the<think>'))).not.toContain(think);
    expect(tokenizer.decode([the, think], { skipSpecialTokens: true })).toBe('');
    expect(() => tokenizerFromJson(smallJson(), { extra_special_tokens: 5 })).toThrow(InvalidFileError);
  });

  it('cleans up spaces, but not those of BPE', () => {
    const text = "hello , world . don ' t it 's a b ? do not";
    const clean = { clean_up_tokenization_spaces: true };
    const vocab = Object.fromEntries(
      [...special, ...new Set(text.split(' '))].map((token, id) => [token, id]),
    );
    const parts = { model: { type: 'WordLevel', vocab, unk_token: '[UNK]' } };
    const roundTrip = (config?: object) => {
      const tokenizer = load('words', parts, config);
      return tokenizer.decode(tokenizer.encode(text));
    };
    expect(roundTrip()).toBe(text);
    expect(roundTrip(clean)).toBe("hello, world. don't it's a b? do not");
    const bytes = tokenizerFromJson(smallJson(), clean);
    expect(bytes.decode(bytes.encode(text))).toBe(text);
    const tokenizer = load('words', parts, clean);
    const below = randomIntegers(3);
    for (let round = 0; round < 500; round++) {
      const list = Array.from({ length: below(12) }, () => 5 + below(tokenizer.vocabularySize - 5));
      const decoder = tokenizer.createDecoder();
      expect(list.map((id) => decoder.push(id)).join('') + decoder.flush()).toBe(tokenizer.decode(list));
    }
  });
});

describe('streams', () => {
  const llama = {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  };
  const push = (tokenizer: TextTokenizer, ids: Iterable<number>, wholeGraphemes = false) => {
    const decoder = tokenizer.createDecoder({ wholeGraphemes });
    return [...Array.from(ids, (id) => decoder.push(id)), decoder.flush()];
  };

  it('give text as soon as nothing can change it', () => {
    const tokenizer = load('fallback', { pre_tokenizer: metaspace, decoder: llama });
    const ids = ['▁', 'a', '<0xC3>', '<0xA9>', 'b', '<0xC3>', 'c'].map(
      (token) => tokenizer.tokenToId(token)!,
    );
    expect(push(tokenizer, ids)).toEqual(['', 'a', '', '', 'éb', '', '\ufffdc', '']);
  });

  it('hold back user-perceived characters that may go on', () => {
    const tokenizer = tokenizerFromGguf(smallGguf());
    const text = 'e\u0301 👨‍👩‍👧🇩🇪!\r\n';
    const ids = tokenizer.encode(text, { addSpecialTokens: false });
    const parts = push(tokenizer, ids, true);
    expect(parts.join('')).toBe(text);
    const segments = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
    expect(parts.filter(Boolean)).toEqual(segments);
    expect(push(tokenizer, ids).filter(Boolean).length).toBeGreaterThan(segments.length);
  });
});

describe('bytes of tokens', () => {
  it('are those inside a text', () => {
    const fallback = load('fallback', {
      decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, metaspace] },
    });
    expect(bytesOf(fallback, '<0x0A>')).toBe('\n');
    expect(bytesOf(fallback, '▁t')).toBe(' t');
    expect(bytesOf(fallback, '[SEP]')).toBe('');
    const pieces = load('pieces', { decoder: { type: 'WordPiece', prefix: '##', cleanup: true } });
    expect(bytesOf(pieces, '##s')).toBe('s');
    expect(bytesOf(pieces, 's')).toBe(' s');
    const suffixed = load('suffixed', { decoder: { type: 'BPEDecoder', suffix: '</w>' } });
    expect(bytesOf(suffixed, 'a</w>')).toBe('a ');
    expect(bytesOf(load('words'), 'a')).toBe(' a');
    const clip = load('clip', {
      decoder: {
        type: 'Sequence',
        decoders: [{ type: 'Replace', pattern: { String: '</w>' }, content: ' ' }, { type: 'ByteLevel' }],
      },
    });
    expect(Array.from(clip.tokenBytes(clip.tokenToId('Ã')!))).toEqual([0xc3]);
  });
});

describe('batches', () => {
  it('are shortened and padded only when asked for', () => {
    const tokenizer = load('pieces', { padding: { strategy: 'BatchLongest' } }, { pad_token: '[PAD]' });
    const [long, short] = encodeBatch(tokenizer, ['the quick brown', 'a']);
    expect(long!.ids.length).toBeGreaterThan(short!.ids.length);
    const padded = encodeBatch(tokenizer, ['the quick brown', 'a'], { padding: {} });
    expect(padded[1]!.ids.length).toBe(long!.ids.length);
    expect(padded[1]!.ids.at(-1)).toBe(3);
    expect(Array.from(padded[1]!.attentionMask).reduce((sum, bit) => sum + bit, 0)).toBe(short!.ids.length);
    expect(encodeBatch(tokenizer, [], { padding: {} })).toEqual([]);
  });

  it('refuse options that contradict the texts', () => {
    const tokenizer = load('pieces');
    const expectRefused = (options: Parameters<typeof encodeBatch>[2], text: string) =>
      expect(() => encodeBatch(tokenizer, ['the quick brown fox'], options)).toThrow(
        expect.objectContaining({
          constructor: InvalidArgumentError,
          message: expect.stringContaining(text),
        }),
      );
    expectRefused({ padding: {} }, 'no padding token');
    expectRefused({ padding: { id: 3, length: -1 } }, 'padding.length');
    expectRefused({ truncation: { maxLength: 2.5 } }, 'truncation.maxLength');
    expectRefused({ truncation: { maxLength: 2, stride: 2 } }, 'truncation.stride');
    expectRefused({ truncation: { maxLength: 2, strategy: 'onlySecond' } }, 'onlySecond needs a pair');
  });

  it('can have the options of the file', () => {
    const json = {
      truncation: { direction: 'Left', max_length: 9, strategy: 'OnlyFirst', stride: 2 },
      padding: {
        strategy: { Fixed: 12 },
        direction: 'Left',
        pad_to_multiple_of: 8,
        pad_id: 3,
        pad_type_id: 1,
      },
    };
    expect(batchOptionsFromJson(json)).toEqual({
      truncation: { maxLength: 9, stride: 2, strategy: 'onlyFirst', side: 'left' },
      padding: { length: 12, side: 'left', multipleOf: 8, id: 3, typeId: 1 },
    });
    expect(batchOptionsFromJson({ truncation: null })).toEqual({});
    expect(() => batchOptionsFromJson({ truncation: { max_length: 1, strategy: 'Some' } })).toThrow(
      'truncation.strategy "Some" is not supported: known are LongestFirst',
    );
  });
});

describe('long texts', () => {
  // What took minutes when a step looked past the end of its piece; it takes well under a second.
  const texts = [
    '你好世界'.repeat(1 << 15),
    '<x>a'.repeat(1 << 15),
    'ÀB'.repeat(1 << 15),
    'a \n'.repeat(1 << 16),
  ];

  it('take time in proportion to their length', { timeout: 20_000 }, () => {
    const tokens = ['你好', '<x>', '<xxxxxxxxx'].map((content, index) => ({
      id: 5000 + index,
      content,
      normalized: index === 2,
    }));
    for (const normalizer of [
      null,
      { type: 'NFD' },
      { type: 'Strip' },
      { type: 'Replace', pattern: { String: 'a' }, content: 'aa' },
    ]) {
      const tokenizer = load('characters', {
        added_tokens: [...added_tokens, ...tokens],
        normalizer,
        pre_tokenizer: metaspace,
      });
      for (const text of texts) expect(tokenizer.encode(text).length).toBeGreaterThan(1000);
    }
  });
});
