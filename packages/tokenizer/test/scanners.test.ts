import { describe, expect, it } from 'vitest';
import { knownScanner } from '../src/known-scanners.ts';
import type { Scanner } from '../src/scan.ts';
import { gpt2Pattern } from '../src/scan-gpt2.ts';
import { llama3Pattern } from '../src/scan-llama3.ts';
import { o200kPattern } from '../src/scan-o200k.ts';
import { scanCl100k } from '../src/tiktoken-encodings.ts';
import { translatePattern } from '../src/translate-pattern.ts';
import { randomIntegers, randomString } from './random-strings.ts';
import { readJson } from './test-data.ts';

const { items } = readJson(new URL('golden/tiktoken.golden.json', import.meta.url)) as {
  readonly items: readonly string[];
};
const qwen2Pattern = llama3Pattern.replace('{1,3}', '');
const patterns: Readonly<Record<string, readonly [string, Scanner | undefined]>> = {
  'GPT-2': [gpt2Pattern, knownScanner(gpt2Pattern)],
  'Llama 3': [llama3Pattern, knownScanner(llama3Pattern)],
  'Qwen 2': [qwen2Pattern, knownScanner(qwen2Pattern)],
  o200k: [o200kPattern, knownScanner(o200kPattern)],
  cl100k: [llama3Pattern.replace(String.raw`|\s*[\r\n]+`, String.raw`|\s+\z|\s*[\r\n]+`), scanCl100k],
};

function strings(): string[] {
  const below = randomIntegers(31);
  const mixed = Array.from({ length: 4000 }, () =>
    Array.from({ length: below(30) }, () => items[below(items.length)]).join(''),
  );
  // Long runs of few classes, where giving back characters goes wrong first.
  const runs = Array.from({ length: 1000 }, () => {
    const few = Array.from({ length: 1 + below(3) }, () => items[below(items.length)]!);
    return Array.from({ length: below(60) }, () => few[below(few.length)]).join('');
  });
  return [...mixed, ...runs, ...Array.from({ length: 1000 }, (_, index) => randomString(41, index))];
}

describe.each(Object.keys(patterns))('the scanner of %s', (name) => {
  const [pattern, scanner] = patterns[name]!;

  it('cuts as its pattern does', () => {
    const expression = translatePattern(pattern);
    for (const text of strings()) {
      const pieces: string[] = [];
      for (let start = 0; start < text.length; ) {
        const end = scanner!(text, start, text.length);
        pieces.push(text.slice(start, end));
        start = end;
      }
      expect(pieces).toEqual(text.match(expression) ?? []);
    }
  });

  it('cuts a part of a text as it cuts that part alone', () => {
    for (const text of strings().slice(0, 500)) {
      const around = `a 1\n${text}b 'll\u0301`;
      for (let start = 0; start < text.length; ) {
        const end = scanner!(text, start, text.length);
        expect(scanner!(around, start + 4, text.length + 4)).toBe(end + 4);
        start = end;
      }
    }
  });
});
