import type { Tokenizer } from '@llamella/spec';
import { expect } from 'vitest';
import { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';

/** Makes, or returns, the tokenizer under test. */
export type CreateTokenizer = () => Tokenizer;

const texts = [
  'Hello, world!',
  '  two  spaces\tand a tab\n\n\nand lines\r\n',
  'naïve café, Grüße, żółć',
  '日本語のテキスト、한국어, العربية, हिन्दी',
  '👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 𝒳 math',
  'function f(x) { return x ** 2; } // 1234567890 3.14e-10',
  'e\u0301 combining, \u00a0 no-break, \u200b zero width, \ufeff mark',
  'a'.repeat(300),
];

const raw = { addSpecialTokens: false } as const;

/** Requirements on {@link Tokenizer}. */
export function tokenizerCases(create: CreateTokenizer): ConformanceCase[] {
  const everyId = (tokenizer: Tokenizer) => Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
  const controlIds = (tokenizer: Tokenizer) =>
    Object.values(tokenizer.specialTokenIds).filter((id) => tokenizer.tokenBytes(id).length === 0);
  return [
    {
      name: 'gives back every text that it encodes',
      run() {
        const tokenizer = create();
        for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text, raw))).toBe(text);
      },
    },
    {
      name: 'gives ids of its vocabulary, and none for an empty text',
      run() {
        const tokenizer = create();
        expect(tokenizer.encode('', raw)).toEqual(new Uint32Array(0));
        for (const text of texts) {
          const ids = tokenizer.encode(text, raw);
          expect(ids).toBeInstanceOf(Uint32Array);
          expect(ids.every((id) => tokenizer.idToToken(id) !== undefined)).toBe(true);
        }
      },
    },
    {
      name: 'adds special tokens around a text, by default',
      run() {
        const tokenizer = create();
        const inner = tokenizer.encode('text', raw).join();
        expect(`,${tokenizer.encode('text').join()},`).toContain(`,${inner},`);
        expect(tokenizer.encode('text', { addSpecialTokens: true })).toEqual(tokenizer.encode('text'));
      },
    },
    {
      name: 'recognises control tokens in a text only when asked to',
      run() {
        const tokenizer = create();
        for (const id of controlIds(tokenizer)) {
          const text = tokenizer.idToToken(id)!;
          expect(tokenizer.encode(text, raw)).not.toContain(id);
          const parsed = tokenizer.encode(`a${text}b`, { ...raw, parseSpecialTokens: true });
          expect([...parsed].filter((each) => each === id)).toHaveLength(1);
        }
      },
    },
    {
      name: 'leaves control tokens out of decoded text only when asked to',
      run() {
        const tokenizer = create();
        for (const id of controlIds(tokenizer)) {
          expect(tokenizer.decode([id], { skipSpecialTokens: true })).toBe('');
          expect(tokenizer.decode([id])).toBe(tokenizer.idToToken(id));
        }
      },
    },
    {
      name: 'streams the same text as it decodes at once, and only whole characters',
      run() {
        const tokenizer = create();
        for (const text of texts) {
          const ids = tokenizer.encode(text, raw);
          const decoder = tokenizer.createDecoder();
          const pieces = [...ids].map((id) => decoder.push(id));
          expect(pieces.join('')).not.toContain('\ufffd');
          expect(pieces.join('') + decoder.flush()).toBe(tokenizer.decode(ids));
        }
      },
    },
    {
      name: 'marks an incomplete character at the end of a stream, and a decoder knows nothing of another',
      run() {
        const tokenizer = create();
        const ids = tokenizer.encode('😀', raw);
        const broken = tokenizer.createDecoder();
        const whole = tokenizer.createDecoder();
        let [brokenText, wholeText] = ['', ''];
        for (const [index, id] of ids.entries()) {
          if (index < ids.length - 1) brokenText += broken.push(id);
          wholeText += whole.push(id);
        }
        brokenText += broken.flush();
        expect(wholeText + whole.flush()).toBe(tokenizer.decode(ids));
        if (ids.length > 1) expect(brokenText).toContain('\ufffd');
      },
    },
    {
      name: 'decodes and names every id, and knows no others',
      run() {
        const tokenizer = create();
        for (const id of everyId(tokenizer)) {
          const token = tokenizer.idToToken(id);
          if (token === undefined) continue;
          tokenizer.decode([id]);
          expect(tokenizer.tokenBytes(id)).toBeInstanceOf(Uint8Array);
          // Two ids may share one token; the id found for it must lead back to it.
          expect(tokenizer.idToToken(tokenizer.tokenToId(token)!)).toBe(token);
        }
        expect(tokenizer.idToToken(-1)).toBeUndefined();
        expect(tokenizer.idToToken(0xffff_ffff)).toBeUndefined();
        expect(tokenizer.tokenToId('\u0000no such token\u0000')).toBeUndefined();
      },
    },
    {
      name: 'gives the bytes of its tokens',
      run() {
        const tokenizer = create();
        for (const text of texts) {
          const ids = tokenizer.encode(text, raw);
          const bytes = [...ids].flatMap((id) => [...tokenizer.tokenBytes(id)]);
          expect(
            new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)).trimStart(),
          ).toBe(text.trimStart());
        }
      },
    },
    {
      name: 'has its special tokens in its vocabulary',
      run() {
        const tokenizer = create();
        const ids = [...Object.values(tokenizer.specialTokenIds), ...tokenizer.endOfGenerationIds];
        for (const id of ids) expect(tokenizer.idToToken(id)).toBeTypeOf('string');
      },
    },
    {
      name: 'survives text that is not well-formed',
      run() {
        const tokenizer = create();
        for (const text of ['\ud800', 'a\udc00b', '\u0000']) {
          expect(tokenizer.decode(tokenizer.encode(text, raw))).toBeTypeOf('string');
        }
      },
    },
  ];
}

/** Runs every requirement on {@link Tokenizer} as vitest tests. */
export function describeTokenizer(create: CreateTokenizer, skip?: readonly SkippedCase[]): void {
  registerCases('Tokenizer', tokenizerCases(create), skip);
}
