import { InvalidArgumentError } from '@llamella/spec';
import { describe, expect, it, vi } from 'vitest';
import { tokenizerFromGguf, tokenizerFromJson } from '../src/index.ts';
import { TokenSink } from '../src/token-sink.ts';
import { randomString } from './random-strings.ts';
import { modelSize, smallGguf, smallJson } from './small-vocabulary.ts';

const bos = modelSize;
const eos = modelSize + 1;
const endOfTurn = modelSize + 2;
const think = modelSize + 3;
const tokenizer = tokenizerFromGguf(smallGguf());
const bare = { addSpecialTokens: false };

describe('from GGUF', () => {
  it('knows its ids', () => {
    expect(tokenizer.vocabularySize).toBe(modelSize + 5);
    expect(tokenizer.specialTokenIds).toEqual({ bos, eos });
    expect(tokenizer.idToToken(think)).toBe('<think>');
    expect(tokenizer.tokenToId('<|eot_id|>')).toBe(endOfTurn);
    expect(tokenizer.tokenToId('no such token')).toBeUndefined();
    expect(tokenizer.idToToken(99999)).toBeUndefined();
  });

  it('ends generation at control tokens known by their text, and only at those', () => {
    expect(tokenizer.endOfGenerationIds).toEqual(new Set([eos, endOfTurn]));
    const named = tokenizerFromGguf(smallGguf({ 'tokenizer.ggml.eom_token_id': 5 }));
    expect(named.endOfGenerationIds).toEqual(new Set([eos, endOfTurn, 5]));
  });

  it('takes a Map, bigints, and missing optional keys', () => {
    const metadata = new Map(Object.entries(smallGguf({ 'tokenizer.ggml.bos_token_id': BigInt(bos) })));
    metadata.delete('tokenizer.ggml.token_type');
    expect(tokenizerFromGguf(metadata).specialTokenIds.bos).toBe(bos);
  });

  it('adds BOS and EOS as the file says, Llama 3 BOS unless it says no', () => {
    const ids = (changes: Record<string, unknown>) =>
      Array.from(tokenizerFromGguf(smallGguf(changes)).encode('a'));
    const a = tokenizer.tokenToId('a')!;
    expect(ids({})).toEqual([bos, a]);
    expect(ids({ 'tokenizer.ggml.add_eos_token': true })).toEqual([bos, a, eos]);
    expect(ids({ 'tokenizer.ggml.add_bos_token': undefined })).toEqual([a]);
    expect(ids({ 'tokenizer.ggml.pre': 'llama-bpe', 'tokenizer.ggml.add_bos_token': undefined })).toEqual([
      bos,
      a,
    ]);
    expect(ids({ 'tokenizer.ggml.pre': 'llama-bpe', 'tokenizer.ggml.add_bos_token': false })).toEqual([a]);
  });

  it('cuts digits singly with smollm and punctuation off with the default', () => {
    const merged = (pre: string | undefined) =>
      tokenizerFromGguf(
        smallGguf({
          'tokenizer.ggml.pre': pre,
          'tokenizer.ggml.tokens': [...Array.from(smallTokens()), '11', "'t"],
          'tokenizer.ggml.merges': ['1 1', "' t"],
          'tokenizer.ggml.token_type': undefined,
        }),
      );
    expect(merged('gpt-2').encode('11', bare).length).toBe(1);
    expect(merged('smollm').encode('11', bare).length).toBe(2);
    expect(merged('gpt-2').encode('1111', bare).length).toBe(2);
    expect(merged(undefined).encode('1111', bare).length).toBe(3);
    expect(merged('gpt-2').encode("a't", bare).length).toBe(2);
    expect(merged(undefined).encode("a't", bare).length).toBe(3);
  });
});

function smallTokens(): string[] {
  return (smallGguf()['tokenizer.ggml.tokens'] as string[]).filter(
    (token) => token !== '11' && token !== "'t",
  );
}

describe('control tokens', () => {
  const text = 'a<|eot_id|><think>b';

  it('are text unless parsed; user-defined tokens are always found', () => {
    const plain = Array.from(tokenizer.encode(text, bare));
    expect(plain).not.toContain(endOfTurn);
    expect(plain).toContain(think);
    const parsed = Array.from(tokenizer.encode(text, { ...bare, parseSpecialTokens: true }));
    expect(parsed).toEqual([tokenizer.tokenToId('a'), endOfTurn, think, tokenizer.tokenToId('b')]);
    expect(tokenizer.decode(plain)).toBe(text);
    expect(tokenizer.decode(parsed)).toBe(text);
    expect(tokenizer.decode(parsed, { skipSpecialTokens: true })).toBe('a<think>b');
  });

  it('cannot be forged through ignoreMerges', () => {
    const metadata = smallGguf({ 'tokenizer.ggml.pre': 'llama-bpe' });
    const types = (metadata['tokenizer.ggml.token_type'] as Int32Array).slice();
    const the = (metadata['tokenizer.ggml.tokens'] as string[]).indexOf('the');
    types[the] = 3;
    const ids = tokenizerFromGguf({
      ...metadata,
      'tokenizer.ggml.merges': [],
      'tokenizer.ggml.token_type': types,
    });
    expect(Array.from(ids.encode('the', bare))).not.toContain(the);
    expect(Array.from(ids.encode('the', { ...bare, parseSpecialTokens: true }))).toEqual([the]);
  });

  it('have no bytes', () => {
    expect(tokenizer.tokenBytes(bos)).toEqual(new Uint8Array(0));
    expect(tokenizer.tokenBytes(think)).toEqual(new TextEncoder().encode('<think>'));
    expect(tokenizer.tokenBytes(tokenizer.tokenToId('Ġ')!)).toEqual(Uint8Array.of(32));
  });
});

describe('texts', () => {
  it('come back', () => {
    for (let index = 0; index < 500; index++) {
      const text = randomString(11, index);
      expect(tokenizer.decode(tokenizer.encode(text, bare))).toBe(text);
    }
  });

  it('are the same with and without offsets, and offsets follow one another', () => {
    for (let index = 0; index < 500; index++) {
      const text = randomString(12, index);
      const { ids, offsets } = tokenizer.encodeWithOffsets(text, bare);
      expect(ids).toEqual(tokenizer.encode(text, bare));
      let covered = 0;
      for (let i = 0; i < ids.length; i++) {
        expect(offsets[2 * i]!).toBeLessThanOrEqual(covered);
        covered = offsets[2 * i + 1]!;
      }
      expect(covered).toBe(text.length);
    }
  });

  it('with lone surrogates are encoded as TextEncoder does', () => {
    for (const text of ['\ud83d', 'a\udc00b', '\ud83d\ud83d\ude00', 'x\ud800']) {
      expect(tokenizer.encode(text)).toEqual(
        tokenizer.encode(new TextDecoder().decode(new TextEncoder().encode(text))),
      );
      expect(tokenizer.encodeWithOffsets(text, bare).offsets.at(-1)).toBe(text.length);
    }
  });

  it('keep a byte order mark', () => {
    expect(tokenizer.decode(tokenizer.encode('\ufeffa\ufeff', bare))).toBe('\ufeffa\ufeff');
  });

  it('are counted', () => {
    const text = randomString(11, 3).repeat(20);
    const count = tokenizer.encode(text).length;
    expect(tokenizer.countTokens(text)).toBe(count);
    expect(tokenizer.countTokens(text, bare)).toBe(count - 1);
    expect(tokenizer.isWithinLimit(text, count)).toBe(true);
    expect(tokenizer.isWithinLimit(text, count - 1)).toBe(false);
    expect(tokenizer.isWithinLimit(text, count - 1, bare)).toBe(true);
    expect(tokenizer.isWithinLimit('', 0, bare)).toBe(true);
    expect(() => tokenizer.isWithinLimit('a', Number.NaN)).toThrow(InvalidArgumentError);
  });

  it('stop being read at the limit', () => {
    using push = vi.spyOn(TokenSink.prototype, 'push');
    expect(tokenizer.isWithinLimit('word '.repeat(10_000), 100)).toBe(false);
    expect(push.mock.calls.length).toBeLessThan(150);
  });

  it('of one long word take time n log n', () => {
    const length = 1 << 20;
    const word = Array.from({ length }, (_, i) => 'etaoinshrdlu'[(i * i + (i >> 3)) % 12]).join('');
    // Quadratic time is longer than a test may take.
    expect(tokenizer.decode(tokenizer.encode(word, bare))).toBe(word);
  });

  it('have to be strings', () => {
    expect(() => tokenizer.encode(5 as unknown as string)).toThrow(InvalidArgumentError);
  });
});

describe('from tokenizer.json', () => {
  const config = { bos_token: { content: '<|start|>' }, eos_token: '<|end_of_text|>', pad_token: null };

  it('gives the ids of the same GGUF vocabulary', () => {
    const json = tokenizerFromJson(smallJson(), config);
    const gguf = tokenizerFromGguf(
      smallGguf({ 'tokenizer.ggml.pre': 'gpt-2', 'tokenizer.ggml.add_bos_token': false }),
    );
    expect(json.specialTokenIds).toEqual({ bos, eos });
    expect(json.endOfGenerationIds).toEqual(gguf.endOfGenerationIds);
    for (let index = 0; index < 200; index++) {
      const text = randomString(13, index);
      for (const parseSpecialTokens of [false, true]) {
        expect(json.encode(text, { parseSpecialTokens })).toEqual(gguf.encode(text, { parseSpecialTokens }));
      }
    }
  });

  it('reads merges as pairs too', () => {
    const json = smallJson();
    const model = json.model as { merges: string[] };
    const pairs = { ...json, model: { ...model, merges: model.merges.map((merge) => merge.split(' ')) } };
    const text = randomString(13, 4);
    expect(tokenizerFromJson(pairs).encode(text)).toEqual(tokenizerFromJson(json).encode(text));
  });

  it('adds what tokenizer_config.json has beyond it', () => {
    const added_tokens_decoder = { 900: { content: '<|extra|>', special: true } };
    const json = tokenizerFromJson(smallJson(), { ...config, added_tokens_decoder, add_bos_token: true });
    expect(json.vocabularySize).toBe(901);
    expect(json.idToToken(890)).toBeUndefined();
    expect(json.decode([890, 900])).toBe('<|extra|>');
    expect(Array.from(json.encode('<|extra|>', { parseSpecialTokens: true }))).toEqual([bos, 900]);
  });

  it('gives bytes that the vocabulary lacks the unknown token, or leaves them out', () => {
    const model = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '?': 3 }, merges: ['a b'] };
    const ids = (changes: object) =>
      Array.from(
        tokenizerFromJson(smallJson({ added_tokens: [], model: { ...model, ...changes } })).encode('axyb'),
      );
    expect(ids({})).toEqual([2]);
    expect(ids({ unk_token: '?' })).toEqual([0, 3, 3, 1]);
    expect(ids({ unk_token: '?', fuse_unk: true })).toEqual([0, 3, 1]);
  });
});
