import { describe, expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const compiler = byteCompiler();
const samples = [
  '',
  'a',
  'b',
  'ab',
  'aab',
  'abc',
  'abab',
  'A',
  'é',
  '🦙',
  '1',
  '12',
  '2024-01-31',
  'a b',
  'x\ny',
  '-',
  '_',
  'K',
  'ſ',
  '\t',
  'foo.bar@example.com',
  '日本',
  'zz',
  ']',
  '\\',
  '"',
  'aaaaaaaaaa',
];
const patterns = [
  'a',
  'a|b',
  'a*b?',
  '(?:ab)+',
  '[a-c]{1,3}',
  '[^a]',
  '.',
  '.*',
  '\\d+',
  '\\w*',
  '\\s',
  '\\S+',
  '\\D',
  '(a|ab)(c|bcd)?',
  'a{2}',
  'a{2,}b',
  '\\u0061',
  '\\x61',
  '\\u{1F999}',
  '\\ud83e\\udd99',
  '\\p{L}+',
  '\\P{L}',
  '\\p{Script=Han}+',
  '^a$',
  '^a|b$',
  '(^a|b)b?',
  '\\d{4}-\\d\\d-\\d\\d',
  '[\\w.]+@[\\w.]+',
  '(?<name>a)b',
  'a+?b',
  '[\\]\\\\]',
  '[a\\-z]',
  '\\t',
  '\\cI',
  '[^]',
  '(a*)*',
  '(a?){3}',
  '$a',
  'a^b',
  '(?:)',
];

describe('compileRegex', () => {
  it.each(patterns)('matches the texts that ECMAScript matches whole: %s', (pattern) => {
    for (const flags of ['', 'i', 's']) {
      const reference = new RegExp(`^(?:${pattern})$`, `${flags}u`);
      let grammar: ReturnType<typeof compiler.compileRegex>;
      try {
        grammar = compiler.compileRegex(pattern, flags);
      } catch (error) {
        expect(String(error)).toContain('no text can ever match');
        expect(samples.some((sample) => reference.test(sample))).toBe(false);
        continue;
      }
      for (const sample of samples) expect(matches(grammar, sample), sample).toBe(reference.test(sample));
    }
  });

  it.each(patterns)('matches anywhere as the keyword pattern: %s', (pattern) => {
    const reference = new RegExp(pattern, 'u');
    const schema = { type: 'string', pattern };
    if (!samples.some((sample) => reference.test(sample))) return;
    using grammar = compiler.compileJsonSchema(schema);
    for (const sample of samples)
      expect(matches(grammar, JSON.stringify(sample)), sample).toBe(reference.test(sample));
  });

  it.each([
    ['(?=a)b', 'lookahead (?=…) at character 0'],
    ['(?!a)b', 'lookahead (?!…) at character 0'],
    ['(?<=a)b', 'lookbehind (?<=…) at character 0'],
    ['(a)\\1', 'a backreference \\1 at character 3'],
    ['\\bfoo', 'a word boundary \\b at character 0'],
    ['(?i:a)', 'an inline modifier (?…) at character 0'],
    ['(a', 'a group without its ) at character 0'],
    ['a)', 'unmatched ) at character 1'],
    ['[a', 'a class without its ] at character 0'],
    ['a**', 'nothing to repeat at character 2'],
    ['a{3,2}', 'out of order at character 0'],
    ['\\q', 'the unknown escape \\q at character 0'],
    ['\\p{Nope}', 'the unknown property \\p{Nope} at character 0'],
    ['(?:a{2000000})', 'more than 1000000 repetitions at character 3'],
  ])('refuses %s by name', (pattern, problem) => {
    expect(() => compiler.compileRegex(pattern)).toThrow(problem);
    expect(() => compiler.compileJsonSchema({ pattern })).toThrow(/pattern/);
  });

  it('refuses unknown flags', () => {
    expect(() => compiler.compileRegex('a', 'g')).toThrow('the flag "g"');
  });
});
