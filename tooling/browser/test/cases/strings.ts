import { createIntegers } from './random.ts';

const pools: readonly (readonly string[])[] = [
  ['the', 'quick', "don't", 'WE’LL', 'naïve', 'e\u0301', 'İstanbul', 'ß', 'ﬁ', 'zażółć', 'Ελλάδα', 'шесть'],
  [
    'const',
    '===',
    '=>',
    '{\n  ',
    '}\n',
    '\t',
    '0x1F',
    '3.14e-10',
    '1234567',
    '//',
    '"\\n"',
    '__init__',
    '$',
    '#!',
  ],
  ['日本語', '你好，世界。', '한국어', 'ไทย', 'हिन्दी', 'العربية', 'עברית', '　', '、'],
  [
    '😀',
    '👩‍👩‍👧‍👦',
    '🏳️‍🌈',
    '𝒳',
    '\u200b',
    '\ufeff',
    '\u00a0',
    '\ud800',
    '\udc00',
    '\u0000',
    '\u0085',
    '\u2028',
  ],
  [' ', '  ', '\n', '\r\n', '\n\n\n', '\t\t', '...', '!?', '-'.repeat(20), 'a'.repeat(40)],
];

/** Texts that mix words, code, scripts, emoji, controls, lone surrogates and white space. */
export function seededStrings(count: number, seed: number): string[] {
  const integer = createIntegers(seed);
  return Array.from({ length: count }, () => {
    let text = '';
    for (let piece = integer(30); piece >= 0; piece--) {
      const pool = pools[integer(pools.length)]!;
      text += pool[integer(pool.length)]! + (integer(2) === 0 ? ' ' : '');
    }
    return text;
  });
}
