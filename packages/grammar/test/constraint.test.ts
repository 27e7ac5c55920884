import { describe, expect, it, vi } from 'vitest';
import { CompiledGrammar } from '../src/compiled-grammar.ts';
import { createGrammarCompiler } from '../src/index.ts';
import { allows, byteCompiler, byteVocabulary } from './byte-vocabulary.ts';

const words = [
  '{',
  '}',
  '"',
  'a',
  'b',
  'ab',
  '"a',
  '":',
  ':',
  ' ',
  ',',
  '1',
  '23',
  'null',
  'tru',
  'e',
  'é'.slice(0),
  '", "',
  '\\',
  '\n',
];
const encoder = new TextEncoder();
const vocabulary = {
  vocabularySize: words.length + 5,
  endOfGenerationIds: [words.length, words.length + 1],
  tokenBytes: (id: number): Uint8Array => {
    if (id < words.length) return encoder.encode(words[id]);
    if (id === words.length + 3) return Uint8Array.of(0xc3);
    return id === words.length + 4 ? Uint8Array.of(0xa9) : new Uint8Array(0);
  },
};

describe('TokenConstraint', () => {
  it('allows exactly the tokens after which the text can go on', () => {
    const compiler = createGrammarCompiler(vocabulary);
    using grammar = compiler.compileJsonSchema(
      { type: 'object', additionalProperties: { type: ['string', 'integer'] } },
      { maxWhitespace: 1 },
    );
    const reference = byteCompiler().compileJsonSchema(
      { type: 'object', additionalProperties: { type: ['string', 'integer'] } },
      { maxWhitespace: 1 },
    );
    using constraint = grammar.createConstraint();
    using bytes = reference.createConstraint();
    let seed = 1;
    for (let step = 0; step < 300 && !constraint.finished; step++) {
      const allowed: number[] = [];
      for (let id = 0; id < vocabulary.vocabularySize; id++) {
        const form = vocabulary.tokenBytes(id);
        let taken = 0;
        while (taken < form.length && allows(bytes, form[taken]!)) bytes.accept(form[taken++]!);
        bytes.rollback(taken);
        const expected = vocabulary.endOfGenerationIds.includes(id)
          ? allows(bytes, 256)
          : form.length > 0 && taken === form.length;
        expect(allows(constraint, id), `step ${step}, token ${id}`).toBe(expected);
        if (expected && form.length > 0) allowed.push(id);
      }
      seed = (seed * 48271) % 2147483647;
      const token = allowed[seed % allowed.length]!;
      constraint.accept(token);
      for (const byte of vocabulary.tokenBytes(token)) bytes.accept(byte);
    }
  });

  it('takes tokens back', () => {
    using grammar = byteCompiler().compileRegex('(?:ab|ac)d');
    using constraint = grammar.createConstraint();
    for (const byte of encoder.encode('abd')) constraint.accept(byte);
    expect(constraint.finished).toBe(true);
    constraint.rollback(2);
    expect(constraint.finished).toBe(false);
    expect(allows(constraint, 99)).toBe(true);
    constraint.accept(99);
    constraint.rollback(2);
    expect(allows(constraint, 97)).toBe(true);
    expect(() => constraint.rollback(1)).toThrow('0 were accepted');
    expect(() => constraint.rollback(-1)).toThrow('count');
  });

  it('changes nothing when a token is not allowed', () => {
    using grammar = byteCompiler().compileRegex('ab');
    using constraint = grammar.createConstraint();
    for (const token of [98, 256, 257, -1, 0.5, Number.NaN])
      expect(() => constraint.accept(token)).toThrow('is not allowed');
    constraint.accept(97);
    expect(allows(constraint, 98)).toBe(true);
  });

  it('finds the tokens that are the only one allowed', () => {
    const compiler = byteCompiler();
    using grammar = compiler.compileJsonSchema(
      {
        type: 'object',
        properties: { name: { type: 'boolean' } },
        required: ['name'],
        additionalProperties: false,
      },
      { maxWhitespace: 0 },
    );
    using constraint = grammar.createConstraint();
    const decode = (tokens: Uint32Array): string => String.fromCharCode(...tokens);
    expect(decode(constraint.forcedTokens())).toBe('{"name":');
    expect(decode(constraint.forcedTokens(3))).toBe('{"n');
    expect(constraint.forcedTokens(0)).toHaveLength(0);
    for (const token of constraint.forcedTokens()) constraint.accept(token);
    expect(constraint.forcedTokens()).toHaveLength(0);
    constraint.accept(116);
    expect([...constraint.forcedTokens()]).toEqual([...encoder.encode('rue}'), 256]);
    expect(() => constraint.forcedTokens(-1)).toThrow('limit');
  });

  it('ends with an end-of-generation token, and only there', () => {
    const compiler = createGrammarCompiler(vocabulary);
    using grammar = compiler.compileRegex('a*');
    using constraint = grammar.createConstraint();
    const mask = new Uint32Array(1);
    expect(constraint.finished).toBe(false);
    expect(constraint.fillMask(mask)).toBe(true);
    expect(mask[0]).toBe((1 << 3) | (3 << words.length));
    constraint.accept(words.length + 1);
    expect(constraint.finished).toBe(true);
    constraint.fillMask(mask);
    expect(mask[0]).toBe(3 << words.length);
    expect(() => constraint.accept(3)).toThrow('not allowed');
    constraint.rollback(1);
    expect(constraint.finished).toBe(false);
  });

  it('says so when every token is allowed, and leaves the mask', () => {
    const compiler = createGrammarCompiler({
      vocabularySize: 3,
      endOfGenerationIds: [2],
      tokenBytes: (id) => (id === 2 ? new Uint8Array(0) : Uint8Array.of(97 + id)),
    });
    using grammar = compiler.compileRegex('[ab]*');
    using constraint = grammar.createConstraint();
    const mask = Uint32Array.of(123);
    expect(constraint.fillMask(mask)).toBe(false);
    expect(mask[0]).toBe(123);
    expect(() => constraint.fillMask(new Uint32Array(2))).toThrow('mask: must be a Uint32Array of 1 entries');
  });

  it('does not serve what was disposed', () => {
    const compiler = byteCompiler();
    const grammar = compiler.compileJson();
    const constraint = grammar.createConstraint();
    grammar[Symbol.dispose]();
    expect(() => grammar.createConstraint()).toThrow('disposed');
    expect(allows(constraint, 0x7b)).toBe(true);
    constraint[Symbol.dispose]();
    for (const use of [
      () => constraint.accept(0x7b),
      () => constraint.finished,
      () => constraint.rollback(0),
      () => allows(constraint, 1),
    ])
      expect(use).toThrow('disposed');
    compiler[Symbol.dispose]();
    expect(() => compiler.compileJson()).toThrow('disposed');
  });

  it('refuses a vocabulary that cannot be used', () => {
    expect(() => createGrammarCompiler({ ...byteVocabulary, vocabularySize: 0 })).toThrow('vocabularySize');
    expect(() => createGrammarCompiler({ ...byteVocabulary, endOfGenerationIds: [257] })).toThrow(
      'endOfGenerationIds',
    );
    expect(() => createGrammarCompiler({ ...byteVocabulary, tokenBytes: () => 'a' as never })).toThrow(
      'tokenBytes',
    );
    expect(() => createGrammarCompiler(byteVocabulary, { cacheSize: -1 })).toThrow('cacheSize');
  });

  it('keeps the last grammars, and serves equal requests from them', () => {
    const compiler = createGrammarCompiler(byteVocabulary, { cacheSize: 2 });
    using create = vi.spyOn(CompiledGrammar.prototype, 'createConstraint');
    const used = (schema: unknown): unknown => {
      compiler.compileJsonSchema(schema).createConstraint();
      return create.mock.contexts.at(-1);
    };
    const [a, b, c] = ['a', 'b', 'c'].map((value) => ({ const: value }));
    const first = used(a);
    const second = used(b);
    expect(second).not.toBe(first);
    expect(used({ ...a })).toBe(first);
    expect(used(c)).not.toBe(first);
    expect(used(a)).toBe(first);
    expect(used(b)).not.toBe(second);
  });

  const inNode = typeof process !== 'undefined';
  it.skipIf(!inNode)('holds no memory of constraints that are gone (needs the heap size of Node)', () => {
    const compiler = byteCompiler();
    using grammar = compiler.compileJson();
    const text = encoder.encode(JSON.stringify({ a: [1, 'two', null, { b: true }], c: 'x'.repeat(50) }));
    const run = (): void => {
      using constraint = grammar.createConstraint();
      const mask = new Uint32Array(9);
      for (const byte of text) {
        constraint.fillMask(mask);
        constraint.accept(byte);
      }
    };
    const heap = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    for (let round = 0; round < 200; round++) run();
    const before = heap();
    for (let round = 0; round < 3000; round++) run();
    expect(heap() - before).toBeLessThan(20e6);
  });

  it('forgets states of long texts', () => {
    const compiler = byteCompiler();
    using grammar = compiler.compileJson({ maxWhitespace: 0 });
    using constraint = grammar.createConstraint();
    const open = encoder.encode('[{"a":');
    const mask = new Uint32Array(9);
    let tokens = 0;
    for (let depth = 0; depth < 3000; depth++)
      for (const byte of open) {
        constraint.accept(byte);
        tokens++;
      }
    constraint.fillMask(mask);
    constraint.accept(0x31);
    for (let depth = 0; depth < 3000; depth++)
      for (const byte of encoder.encode('}]')) constraint.accept(byte);
    expect(constraint.finished).toBe(true);
    constraint.rollback(6001 + tokens);
    expect(allows(constraint, 0x5b)).toBe(true);
  });
});
