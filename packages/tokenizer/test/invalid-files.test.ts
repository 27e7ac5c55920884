import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { tokenizerFromJson as byteLevelFromJson } from '../src/byte-level.ts';
import { tokenizerFromGguf, tokenizerFromJson } from '../src/index.ts';
import { smallGguf, smallJson, smallJsonWithModel } from './small-vocabulary.ts';

function expectError(
  make: () => unknown,
  kind: typeof InvalidFileError | typeof UnsupportedError,
  text: string,
) {
  let error: unknown;
  try {
    make();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toContain(text);
}

describe('invalid GGUF metadata', () => {
  const tokens = smallGguf()['tokenizer.ggml.tokens'] as string[];
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['model', undefined, 'tokenizer.ggml.model: a string is missing'],
    ['tokens', undefined, 'tokenizer.ggml.tokens: an array is missing'],
    ['tokens', [], '0 tokens'],
    ['tokens', 'abc', 'expected an array, found string'],
    ['tokens', tokens.with(3, 5 as never), 'token 3 is not a string'],
    ['tokens', tokens.with(3, tokens[4]!), 'has two ids, 3 and 4'],
    ['tokens', tokens.slice(0, 300), 'tokenizer.ggml.token_type: 705 entries for 300 tokens'],
    ['token_type', [1, 2], '2 entries for 705'],
    ['token_type', new Int32Array(705).fill(9), 'entry 0 is 9'],
    ['token_type', tokens.map(() => 'x'), 'entry 0 is x'],
    ['merges', undefined, 'tokenizer.ggml.merges: an array is missing'],
    ['merges', [(smallGguf()['tokenizer.ggml.merges'] as string[])[0], 'a'], 'entry 1 ("a") is not a pair'],
    ['merges', ['a b c'], 'not a pair'],
    ['merges', [' a'], 'not a pair'],
    ['merges', ['a '], 'not a pair'],
    ['merges', [7], 'entry 0 (7) is not a pair'],
    ['merges', [['a', 5]], 'not a pair'],
    ['merges', ['nonsense b'], 'entry 0 names "nonsense"'],
    ['merges', ['b nonsense'], 'entry 0 names "nonsense"'],
    ['merges', ['q Z'], 'entry 0 names "qZ"'],
    ['bos_token_id', 705, 'tokenizer.ggml.bos_token_id: 705 is not in [0, 705)'],
    ['bos_token_id', -1, '-1 is not in'],
    ['bos_token_id', 1.5, 'expected an integer'],
    ['bos_token_id', 2n ** 63n, 'is not in'],
    ['bos_token_id', undefined, 'tokenizer.ggml.add_bos_token: asks for a token'],
    ['add_bos_token', 1, 'tokenizer.ggml.add_bos_token: expected true or false'],
    ['pre', 5, 'tokenizer.ggml.pre: expected a string'],
  ];
  for (const [key, value, text] of cases) {
    it(`${key}: ${text}`, () => {
      expectError(
        () => tokenizerFromGguf(smallGguf({ [`tokenizer.ggml.${key}`]: value })),
        InvalidFileError,
        text,
      );
    });
  }

  it('is refused by name of the file', () => {
    const metadata = smallGguf({ 'tokenizer.ggml.tokens': undefined });
    expectError(
      () => tokenizerFromGguf(metadata, { name: 'a.gguf' }),
      InvalidFileError,
      'a.gguf: tokenizer.ggml.tokens',
    );
  });

  it('of other kinds is named', () => {
    const make = (key: string, value: string) => () =>
      tokenizerFromGguf(smallGguf({ [`tokenizer.ggml.${key}`]: value }));
    expectError(make('model', 'nonsense'), UnsupportedError, 'tokenizer.ggml.model "nonsense"');
    expectError(make('model', 'constructor'), UnsupportedError, '"constructor"');
    expectError(make('pre', 'nonsense'), UnsupportedError, 'tokenizer.ggml.pre "nonsense"');
    expectError(make('pre', 'constructor'), UnsupportedError, '"constructor"');
  });

  it('names empty tokens as llama.cpp does', () => {
    const tokenizer = tokenizerFromGguf(smallGguf({ 'tokenizer.ggml.tokens': tokens.with(704, '') }));
    expect(tokenizer.idToToken(704)).toBe('[EMPTY_704]');
  });
});

describe('invalid tokenizer.json', () => {
  const model = smallJson().model as { vocab: Record<string, number>; merges: string[] };
  const token = { id: 900, content: '<x>' };
  const template = (single: unknown, special_tokens: unknown = {}) => ({
    post_processor: { type: 'TemplateProcessing', single, special_tokens },
  });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'content: expected an object, found null'],
    [[], 'found an array'],
    ['{}', 'found string'],
    [{}, 'model: an object is missing'],
    [smallJsonWithModel({ type: 5 }), 'model.type: expected a string'],
    [smallJsonWithModel({ vocab: [] }), 'model.vocab: expected an object'],
    [smallJson({ added_tokens: [], model: { type: 'BPE', vocab: {}, merges: [] } }), 'there are no tokens'],
    [smallJsonWithModel({ vocab: { a: -1 } }), 'model.vocab.a: -1 is not in [0, 4194304)'],
    [smallJsonWithModel({ vocab: { a: 1e9 } }), 'model.vocab.a: 1000000000 is not in'],
    [smallJsonWithModel({ vocab: { a: '1' } }), 'model.vocab.a: expected an integer, found string'],
    [smallJsonWithModel({ vocab: { a: 0, b: 0 } }), 'id 0 has two tokens, "a" and "b"'],
    [smallJsonWithModel({ merges: [...model.merges, ['x']] }), 'model.merges: entry'],
    [smallJsonWithModel({ merges: {} }), 'model.merges: expected an array'],
    [smallJsonWithModel({ ignore_merges: 'yes' }), 'model.ignore_merges: expected true or false'],
    [smallJson({ added_tokens: {} }), 'added_tokens: expected an array'],
    [smallJson({ added_tokens: [token, 5] }), 'added_tokens[1]: expected an object, found number'],
    [smallJson({ added_tokens: [{ id: 900 }] }), 'added_tokens[0].content: a string is missing'],
    [smallJson({ added_tokens: [{ ...token, id: 2 ** 31 }] }), 'added_tokens[0].id: 2147483648 is not in'],
    [smallJson({ added_tokens: [{ ...token, id: 0 }] }), 'id 0 has two tokens'],
    [smallJson({ added_tokens: [token, { ...token, id: 901 }] }), 'has two ids, 900 and 901'],
    [
      smallJson({ added_tokens: [{ ...token, special: 1 }] }),
      'added_tokens[0].special: expected true or false',
    ],
    [smallJson({ pre_tokenizer: {} }), 'pre_tokenizer.type: a string is missing'],
    [smallJson({ normalizer: { type: 'Sequence' } }), 'normalizer.normalizers: an array is missing'],
    [
      smallJson({ normalizer: { type: 'Replace', pattern: {} } }),
      'normalizer.pattern.String: a string is missing',
    ],
    [smallJson(template([])), 'post_processor.single: the text has to appear once, it appears 0 times'],
    [smallJson(template([text, text])), 'it appears 2 times'],
    [smallJson(template([{ SpecialToken: { id: 'b' } }, text])), 'special_tokens.b: an object is missing'],
    [
      smallJson(template([{ SpecialToken: { id: 'b' } }, text], { b: { ids: [9999] } })),
      'ids[0]: 9999 is not in',
    ],
  ];
  for (const [json, message] of cases) {
    it(message, () => expectError(() => tokenizerFromJson(json), InvalidFileError, message));
  }

  it('and tokenizer_config.json', () => {
    const make = (config: unknown) => () => tokenizerFromJson(smallJson(), config);
    expectError(make('x'), InvalidFileError, 'tokenizer_config.json: content: expected an object');
    expectError(make({ eos_token: 5 }), InvalidFileError, 'eos_token: expected an object, found number');
    expectError(make({ add_eos_token: true }), InvalidFileError, 'add_eos_token: asks for a token');
    expectError(
      make({ added_tokens_decoder: { x: {} } }),
      InvalidFileError,
      'added_tokens_decoder.x: the key is not',
    );
  });

  it('is not confused by names of built-in properties', () => {
    const vocab = JSON.parse('{"__proto__": 0, "constructor": 1, "a": 2}') as object;
    const tokenizer = tokenizerFromJson(
      smallJson({ added_tokens: [], model: { type: 'BPE', vocab, merges: [] } }),
    );
    expect(tokenizer.tokenToId('__proto__')).toBe(0);
    expect(tokenizer.tokenToId('toString')).toBeUndefined();
  });
});

describe('unsupported parts of tokenizer.json', () => {
  const split = (Regex: string) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex }, behavior: 'Isolated' },
      { type: 'ByteLevel', use_regex: false },
    ],
  });
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [smallJsonWithModel({ type: 'Nonsense' }), 'model.type "Nonsense"'],
    [smallJsonWithModel({ type: 'constructor' }), 'model.type "constructor"'],
    [smallJsonWithModel({ dropout: 0.1 }), 'model.dropout'],
    [smallJson({ decoder: { type: 'Nonsense' } }), 'decoder.type "Nonsense"'],
    [smallJson({ pre_tokenizer: { type: 'Nonsense' } }), 'pre_tokenizer.type "Nonsense"'],
    [smallJson({ pre_tokenizer: split('\\Ga') }), '\\G'],
    [smallJson({ normalizer: { type: 'Nonsense' } }), 'normalizer.type "Nonsense"'],
    [smallJson({ post_processor: { type: 'Nonsense' } }), 'post_processor.type "Nonsense"'],
  ];
  for (const [json, message] of cases) {
    it(message, () => expectError(() => tokenizerFromJson(json), UnsupportedError, message));
  }
});

describe('parts of tokenizer.json that the byte-level build does not know', () => {
  const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [smallJsonWithModel({ type: 'Unigram' }), 'model.type "Unigram"'],
    [smallJsonWithModel({ type: 'WordPiece' }), 'model.type "WordPiece"'],
    [smallJsonWithModel({ byte_fallback: true }), 'model.byte_fallback'],
    [smallJsonWithModel({ continuing_subword_prefix: '##' }), 'model.continuing_subword_prefix'],
    [smallJson({ decoder: null }), 'decoder null'],
    [smallJson({ decoder: { type: 'Metaspace' } }), 'decoder {"type":"Metaspace"}'],
    [smallJson({ pre_tokenizer: null }), 'its pre-tokenizer does not end with ByteLevel'],
    [smallJson({ pre_tokenizer: { type: 'Metaspace' } }), 'pre_tokenizer.type "Metaspace"'],
    [
      smallJson({ pre_tokenizer: sequence({ type: 'ByteLevel' }, { type: 'Digits' }) }),
      'its pre-tokenizer does not end with ByteLevel',
    ],
    [
      smallJson({ pre_tokenizer: sequence({ type: 'UnicodeScripts' }, { type: 'ByteLevel' }) }),
      'pre_tokenizer.pretokenizers[0].type "UnicodeScripts"',
    ],
    [smallJson({ normalizer: { type: 'Precompiled' } }), 'normalizer.type "Precompiled"'],
    [
      smallJson({
        pre_tokenizer: sequence(
          { type: 'Split', pattern: { Regex: String.raw`\w+|\W+` }, behavior: 'Isolated' },
          { type: 'ByteLevel', use_regex: false },
        ),
      }),
      String.raw`pre_tokenizer.pretokenizers[0] {"type":"Split","pattern":{"Regex":"\\w+|\\W+"}`,
    ],
    [smallJson({ post_processor: { type: 'BertProcessing' } }), 'post_processor.type "BertProcessing"'],
  ];
  for (const [json, message] of cases) {
    it(message, () => {
      expectError(() => byteLevelFromJson(json), UnsupportedError, message);
      expectError(() => byteLevelFromJson(json), UnsupportedError, 'import @llamella/tokenizer');
    });
  }

  it('leaves the rest as it is', () => {
    const text = "It's 12  o'clock<|eot_id|>";
    expect(byteLevelFromJson(smallJson()).encode(text)).toEqual(tokenizerFromJson(smallJson()).encode(text));
  });
});
