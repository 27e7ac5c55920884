import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';
import { grammarData } from './schema-suite.ts';

const compiler = byteCompiler();
const accepts = (grammar: string, text: string, syntax: 'gbnf' | 'ebnf' = 'gbnf'): boolean => {
  using compiled = compiler.compileGrammar(grammar, { syntax });
  return matches(compiled, text);
};

describe('GBNF', () => {
  it.each([
    ['root ::= "a" | "b" # comment\n', ['a', 'b'], ['ab', '', 'c']],
    ['root ::= [^a-c\\n]+', ['xyz', 'é🦙'], ['a', 'xb', '', '\n']],
    ['root ::= "\\x41\\u00e9\\U0001F999"', ['Aé🦙'], ['A']],
    ['root ::= a-b {2,3}\na-b ::= "x" |\n  "y"', ['xx', 'xyx'], ['x', 'xxxx']],
    ['root ::= ("a"\n "b")* "c"?', ['', 'abab', 'ababc', 'c'], ['aba', 'cc']],
    ['root ::= .', ['a', '🦙', '\n'], ['', 'ab']],
    ['root ::= "{" root? "}"', ['{}', '{{{}}}'], ['{', '{}{}', '{{}']],
    ['root ::= [a-zA-Z_.-]{,2}', ['', 'a-'], ['a-.']],
    ['root ::= (("a"?)*)* "b"', ['b', 'aab'], ['a', '']],
    ['root ::= ("a"?){3}', ['', 'a', 'aaa'], ['aaaa']],
    ['root ::= (x | "c"){2,4}\nx ::= "a"* "b"?', ['', 'aab', 'ccab', 'ababab', 'cccc'], ['ccccc', 'd']],
  ] as const)('%s', (grammar, good, bad) => {
    for (const text of good) expect(accepts(grammar, text), text).toBe(true);
    for (const text of bad) expect(accepts(grammar, text), text).toBe(false);
  });

  it.each([
    ['root ::= a\nroot2 ::= "x"', 'the rule "a" is used but not defined (line 1, column 10)'],
    ['root ::= "a', 'a text without its closing quote (line 1, column 10)'],
    ['\nroot ::= "a" )', '")" cannot stand here (line 2, column 14)'],
    ['root ::= ("a"', 'a group without its ")" (line 1, column 10)'],
    ['root ::= [a', 'a character class without its "]" (line 1, column 10)'],
    ['root ::= [z-a]', 'a range whose ends are out of order (line 1, column 10)'],
    ['root = "a"', '"::=" has to follow the rule name "root" (line 1, column 6)'],
    ['root ::= "\\q"', 'unknown escape \\q (line 1, column 11)'],
    ['root ::= "\\u12"', '\\u needs 4 hexadecimal digits of a Unicode character (line 1, column 11)'],
    ['root ::= "a"{3,2}', 'a repetition whose numbers are out of order (line 1, column 13)'],
    ['root ::= "a"{2000000}', 'more than 1000000 repetitions (line 1, column 10)'],
    ['root ::= "a"\nroot ::= "b"', 'the rule "root" is defined twice (line 2, column 1)'],
    ['start ::= "a"', 'there is no rule "root" (line 1, column 1)'],
    ['root ::= a "x"\na ::= b? root | "c"', 'left recursion: root begins with a begins with root'],
    ['root ::= "x" root', 'no text can ever match it'],
    ['root ::= <[1', 'a token is written <[id]> with its number (line 1, column 10)'],
  ])('refuses %s', (grammar, problem) => {
    expect(() => compiler.compileGrammar(grammar.replace('b?', '"b"?'))).toThrow(problem);
  });

  it('names tokens by their ids', () => {
    using grammar = compiler.compileGrammar('root ::= <[65]> !<[66]> "c"');
    expect(matches(grammar, 'Axc')).toBe(true);
    expect(matches(grammar, 'ABc')).toBe(false);
    expect(matches(grammar, 'Bxc')).toBe(false);
    expect(() => compiler.compileGrammar('root ::= <[257]>')).toThrow(
      'the vocabulary has no token 257 (line 1, column 10)',
    );
  });
});

describe('EBNF', () => {
  it('ends a rule where the next one begins', () => {
    const grammar = 'root ::= "a"\n  b\n  | "c" # comment\nb ::= "b"';
    expect(accepts(grammar, 'ab', 'ebnf')).toBe(true);
    expect(accepts(grammar, 'c', 'ebnf')).toBe(true);
    expect(accepts(grammar, 'a', 'ebnf')).toBe(false);
  });

  it('refuses lookahead', () => {
    expect(() => compiler.compileGrammar('root ::= "a" (= "b")', { syntax: 'ebnf' })).toThrow('lookahead');
  });
});

const shared = `${grammarData}/llamacpp-grammar-integration.json`;

describe.skipIf(!existsSync(shared))("llama.cpp's cases (need the shared test data)", () => {
  interface Case {
    readonly description: string;
    readonly grammar?: string;
    readonly schema?: unknown;
    readonly passing: string[];
    readonly failing: string[];
  }
  const cases = existsSync(shared)
    ? (JSON.parse(readFileSync(shared, 'utf8')) as Record<'grammar' | 'schema', Case[]>)
    : { grammar: [], schema: [] };

  it.each(cases.grammar)('$description', ({ grammar, passing, failing }) => {
    for (const text of passing) expect(accepts(grammar!, text), text).toBe(true);
    for (const text of failing) expect(accepts(grammar!, text), text).toBe(false);
  });

  it.each(['arithmetic', 'c', 'chess', 'english', 'japanese', 'json', 'json_arr', 'list'])(
    '%s.gbnf',
    (name) => {
      const grammar = readFileSync(`${grammarData}/gbnf/${name}.gbnf`, 'utf8');
      const [good, bad] = (
        {
          arithmetic: ['1+2*x=3\n', '1+=3\n'],
          c: ['int f(){return 1;}', 'int f('],
          chess: ['1. e4 e5\n2. Nf3 Nc6\n', '1. z9 e5\n'],
          english: ['Hello. I am here.', 'ÄÖ'],
          japanese: ['こんにちは。', 'hello'],
          json: ['{"a": [1, 2.5e3, true, null, "x"]}', '{"a": }'],
          json_arr: ['[\n1,\n"b"]', '{}'],
          list: ['- a\n- b\n', 'a\n'],
        } as Record<string, [string, string]>
      )[name]!;
      expect(accepts(grammar, good), good).toBe(true);
      expect(accepts(grammar, bad), bad).toBe(false);
    },
  );

  // llama.cpp closes objects, takes an empty schema for an object, and old forms of keywords; JSON schema does not.
  const different = new Set([
    'empty schema (object)',
    'exotic formats (list)',
    'simple pattern',
    'pattern with escapes',
    '',
    'min+max items',
    'object properties',
    "additional properties can't override other properties",
    'object properties, additionalProperties: true',
    'required + optional props each in original order',
    'required props',
  ]);
  it.each(cases.schema.filter(({ description }) => !different.has(description)))(
    'schema: $description',
    ({ schema, passing, failing }) => {
      using grammar = compiler.compileJsonSchema(schema);
      for (const text of passing) expect(matches(grammar, text), text).toBe(true);
      for (const text of failing) expect(matches(grammar, text), text).toBe(false);
    },
  );
});
