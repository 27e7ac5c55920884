import { UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { OriginalText } from '../src/source-text.ts';
import { splitAt } from '../src/split.ts';
import { translatePattern } from '../src/translate-pattern.ts';
import { readJson } from './test-data.ts';

interface Patterns {
  readonly texts: readonly string[];
  readonly patterns: readonly { readonly pattern: string; readonly pieces: readonly number[][] }[];
}

const golden = readJson(new URL('golden/patterns.golden.json', import.meta.url)) as Patterns;

function piecesOf(pattern: RegExp, text: string): number[] {
  const pieces: number[] = [];
  splitAt(pattern, 'Isolated', false)(new OriginalText(text), 0, text.length, (_, start, end) => {
    pieces.push(start, end);
    return true;
  });
  return pieces;
}

// Made by tooling/reference/tokenizer_variants.py with Hugging Face's `tokenizers`, which uses Oniguruma.
describe('cuts texts where the reference does by', () => {
  for (const { pattern, pieces } of golden.patterns) {
    it(JSON.stringify(pattern).slice(0, 60), () => {
      const translated = translatePattern(pattern);
      for (const [index, text] of golden.texts.entries()) {
        expect(piecesOf(translated, text), `${text} by ${translated.source}`).toEqual(pieces[index]);
      }
    });
  }
});

describe('refuses by name', () => {
  const refused = [
    ['\\Gx', '\\G'],
    ['(a)\\1', '\\1'],
    ['\\R', '\\R'],
    ['\\Kx', '\\K'],
    ['(?i:st)', '"st"'],
    ['(?i:é)', 'é'],
    ['(?i:\\p{Lu})', 'case of a property'],
    ['(?~abc)', 'group'],
    ['(a', 'without an end'],
    ['[a', 'without an end'],
    ['a)', ')'],
    ['\\p{Nonsense}', 'Nonsense'],
    ['[b-a]', 'backwards'],
    ['a\\', 'unfinished'],
  ] as const;
  for (const [pattern, name] of refused) {
    it(pattern, () => {
      expect(() => translatePattern(pattern)).toThrow(UnsupportedError);
      expect(() => translatePattern(pattern)).toThrow(name);
    });
  }
});
